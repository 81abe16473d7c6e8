"""The audit passes what the step wrote, and names the rows of an artifact that saw the future."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import tensorflow

from components.write_examples.audit.audit import audit_examples
from components.write_examples.audit.findings import EXAMPLES
from components.write_examples.settings import ExampleSettings
from schemas.errors import ContractError
from schemas.example_artifact import SPLITS, ExampleArtifact
from schemas.instants import HOUR, Instant, format_instant
from tests.components.write_examples.audit.tampering import (
    Records,
    change_details,
    change_records,
    change_version,
    instant_of,
    set_instant,
    text_of,
    violated,
)
from tests.components.write_examples.small_world import (
    TIMELINE,
    examples_of,
    parsed_records,
    world_tables,
    write_world,
)

INTERVAL = TIMELINE.refresh


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> ExampleArtifact:
    world = write_world(tmp_path_factory.mktemp("world"), world_tables())
    return examples_of(world, tmp_path_factory.mktemp("examples") / "examples")


@pytest.fixture
def artifact(clean: ExampleArtifact, tmp_path: Path) -> ExampleArtifact:
    """A copy that a test may damage."""
    shutil.copytree(clean.folder, tmp_path / "examples")
    return ExampleArtifact(tmp_path / "examples")


def test_what_the_step_wrote_is_clean_and_every_row_is_checked(clean: ExampleArtifact) -> None:
    report = audit_examples(clean.folder)
    assert violated(report) == {}
    assert report.rows == clean.details.requests
    assert min(report.rows.values()) > 0
    assert {finding.rows for finding in report.findings} == {sum(report.rows.values())}


def test_compressed_records_are_audited_too(tmp_path: Path) -> None:
    world = write_world(tmp_path / "world", world_tables())
    compressed = examples_of(
        world, tmp_path / "examples", settings=ExampleSettings(candidates_per_file=60, compression="gzip")
    )

    def tamper(records: Records) -> Records:
        set_instant(records[0], "refresh", 0)
        return records

    file = change_records(compressed, "test", tamper)
    assert file.endswith(".gz")
    report = audit_examples(compressed.folder)
    assert report.rows == compressed.details.requests
    assert {example.file for finding in report.violated for example in finding.examples} == {file}


@pytest.mark.parametrize(
    ("feature", "instant", "names"),
    [
        ("refresh", lambda record: instant_of(record, "refresh") + INTERVAL, {"refresh_not_after_request"}),
        ("refresh", lambda record: instant_of(record, "refresh") + 1, {"refresh_on_grid"}),
        (
            "refresh",
            lambda record: instant_of(record, "refresh") - INTERVAL,
            {
                "refresh_is_the_last",
                "embedding_not_after_refresh",
                "embedding_events_before_refresh",
                "counter_events_before_refresh",
            },
        ),
        ("largest_counter_event_time", lambda record: instant_of(record, "refresh"), {"counter_events_before_refresh"}),
        ("largest_counter_event_time", lambda record: instant_of(record, "refresh") - 1, set()),
        ("largest_history_event_time", lambda record: instant_of(record, "timestamp"), {"history_before_request"}),
        ("largest_history_event_time", lambda record: instant_of(record, "timestamp") - 1, set()),
        (
            "user_embedding_as_of",
            lambda record: instant_of(record, "refresh") + INTERVAL,
            {"embedding_not_after_refresh", "embedding_events_before_refresh"},
        ),
        (
            "content_embedding_as_of",
            lambda record: instant_of(record, "refresh") + INTERVAL,
            {"embedding_not_after_refresh", "embedding_events_before_refresh"},
        ),
        ("user_embedding_as_of", lambda record: instant_of(record, "refresh") - 1, {"version_is_recorded"}),
        ("content_embedding_as_of", lambda _: 0, {"version_is_recorded"}),
        ("timestamp", lambda _: 2**62, {"refresh_is_the_last", "split_by_time"}),
    ],
)
def test_a_record_that_saw_the_future_is_named(
    artifact: ExampleArtifact,
    feature: str,
    instant: Callable[[tensorflow.train.Example], Instant],
    names: set[str],
) -> None:
    changed: Records = []

    def tamper(records: Records) -> Records:
        # A request later than its refresh: one instant more or less crosses no other limit by chance.
        record = next(one for one in records[3:] if instant_of(one, "timestamp") % INTERVAL > 1)
        set_instant(record, feature, instant(record))
        changed.append(record)
        return records

    file = change_records(artifact, "test", tamper)
    found = violated(audit_examples(artifact.folder))
    assert set(found) == names
    for finding in found.values():
        assert finding.violations == 1
        example = finding.examples[0]
        assert (example.file, example.request_id, example.user_id) == (
            file,
            text_of(changed[0], "request_id"),
            text_of(changed[0], "user_id"),
        )
    if names == {"counter_events_before_refresh"}:
        refresh = format_instant(instant_of(changed[0], "refresh"))
        assert (example.value, example.limit) == (refresh, f"before {refresh}")


def test_a_test_request_in_train_is_named_in_both_places(artifact: ExampleArtifact) -> None:
    leaked: Records = []

    def remember(records: Records) -> Records:
        leaked.append(records[2])
        return records

    change_records(artifact, "test", remember)
    file = change_records(artifact, "train", lambda records: [*records, *leaked])
    found = violated(audit_examples(artifact.folder))
    assert set(found) == {"split_by_time", "request_in_one_split", "every_row_is_there"}
    (late,) = found["split_by_time"].examples
    validation = parsed_records(artifact, "validation")[0]["timestamp"][0]
    assert (late.file, late.request_id) == (file, text_of(leaked[0], "request_id"))
    assert late.value == format_instant(instant_of(leaked[0], "timestamp"))
    assert late.limit.endswith(format_instant(validation))
    twice = found["request_in_one_split"]
    assert twice.violations == 2
    assert {example.file for example in twice.examples} == {file, "test/part-00000.tfrecord"}
    assert {example.request_id for example in twice.examples} == {late.request_id}
    assert found["every_row_is_there"].examples[0].file == "train"


def test_rows_that_were_taken_away_are_missed(artifact: ExampleArtifact) -> None:
    change_records(artifact, "validation", lambda records: records[:-2])
    found = violated(audit_examples(artifact.folder))
    assert set(found) == {"every_row_is_there"}
    assert found["every_row_is_there"].violations == 2


def rows_of(artifact: ExampleArtifact, refresh: Instant) -> list[str]:
    """Ids of the requests that see a refresh, in the order of the files."""
    records = [record for split in SPLITS for record in parsed_records(artifact, split)]
    return [record["request_id"][0].decode() for record in records if record["refresh"][0] == refresh]


@pytest.mark.parametrize(
    ("fact", "late", "name"),
    [
        ("weights_known_before", 1, "weights_before_refresh"),
        ("weights_known_before", 72 * HOUR, "weights_before_refresh"),
        ("weights_known_before", 0, None),
        ("largest_event_time", 0, "embedding_events_before_refresh"),
        ("largest_event_time", -1, None),
    ],
)
def test_a_version_that_knew_too_much_condemns_its_rows(
    artifact: ExampleArtifact, fact: str, late: int, name: str | None
) -> None:
    """The embeddings of the first training rows: their network, or their events, are younger than their refresh."""
    refresh = parsed_records(artifact, "train")[0]["refresh"][0]
    change_version(artifact, refresh, **{fact: refresh + late})
    found = violated(audit_examples(artifact.folder))
    assert set(found) == ({name} if name else set())
    for finding in found.values():
        rows = rows_of(artifact, refresh)
        assert finding.violations == len(rows)
        assert [example.request_id for example in finding.examples] == rows[:EXAMPLES]
        assert {example.value for example in finding.examples} == {format_instant(refresh + late)}


def test_a_network_of_the_last_day_condemns_every_row_before_it(artifact: ExampleArtifact) -> None:
    """All versions were made by one network that had seen the training rows' clicks."""
    records = [record for split in SPLITS for record in parsed_records(artifact, split)]
    for refresh in sorted({record["refresh"][0] for record in records} | {TIMELINE.as_of}):
        change_version(artifact, refresh, weights_known_before=TIMELINE.as_of)
    found = violated(audit_examples(artifact.folder))
    assert set(found) == {"weights_before_refresh"}
    rows = artifact.details.requests
    assert found["weights_before_refresh"].violations == rows["train"] + rows["validation"]


def test_a_prior_from_the_ranking_rows_is_named(artifact: ExampleArtifact) -> None:
    change_details(artifact, largest_prior_event_time=format_instant(TIMELINE.as_of - 1))
    found = violated(audit_examples(artifact.folder))
    assert set(found) == {"prior_before_refresh"}
    assert found["prior_before_refresh"].violations == artifact.details.requests["train"] + len(
        [record for record in parsed_records(artifact, "validation") if record["refresh"][0] < TIMELINE.as_of]
    )


def test_recorded_splits_that_overlap_are_refused(artifact: ExampleArtifact) -> None:
    """Rows are compared with the spans: spans that overlap would prove nothing."""
    spans = {split: list(span) for split, span in artifact.details.split_spans.items()}
    spans["train"][1] = spans["validation"][1]
    change_details(artifact, split_spans=spans)
    with pytest.raises(ContractError, match=r"split_spans.*validation"):
        audit_examples(artifact.folder)


def test_an_environment_without_tensorflow_is_told_what_to_install(
    artifact: ExampleArtifact, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "components.write_examples.audit.record_batches", raising=False)
    # None in place of a module makes its import fail as if it were not installed.
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    with pytest.raises(ContractError, match="extra 'ranker'"):
        audit_examples(artifact.folder)


@pytest.mark.parametrize("damage", ["versions", "details", "feature", "cut", "flipped"])
def test_what_cannot_be_audited_is_refused_with_the_remedy(artifact: ExampleArtifact, damage: str) -> None:
    if damage == "versions":
        artifact.embedding_versions.unlink()
        named = str(artifact.embedding_versions)
    elif damage == "details":
        change_details(artifact, split_spans={})
        named = "split_spans"
    elif damage == "feature":

        def without(records: Records) -> Records:
            for record in records:
                del record.features.feature["largest_counter_event_time"]
            return records

        change_records(artifact, "validation", without)
        named = "largest_counter_event_time"
    else:
        path = artifact.records("train")[0]
        whole = path.read_bytes()
        path.write_bytes(whole[:-3] if damage == "cut" else whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:])
        named = str(path.relative_to(artifact.folder))
    with pytest.raises(ContractError) as caught:
        audit_examples(artifact.folder)
    assert named in str(caught.value)
    assert "python -m components.write_examples" in str(caught.value)
