"""A scheduled run goes on from what the same run on one machine would go on from, by the notes of earlier runs."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest

from orchestration.arguments import NOTHING, daily_arguments
from orchestration.configuration import RunConfiguration, read_configuration
from orchestration.fingerprint import PROJECT_ROOT
from orchestration.finished_runs import FinishedRun, read_finished_run
from orchestration.scheduled.history import describe_run, run_name, unpack_history, write_scheduled_run
from orchestration.scheduled.starting import Places, start_daily, start_refresh
from schemas.errors import ContractError
from schemas.instants import DAY, HOUR, Instant, as_datetime, format_instant, parse_instant
from schemas.timeline import Timeline
from tests.orchestration.test_continued_run import daily, refreshed
from tests.storage_emulator import StorageEmulator

DAILY = parse_instant("2026-03-09T00:00:00Z")


@pytest.fixture
def configuration() -> RunConfiguration:
    return read_configuration(PROJECT_ROOT / "configs" / "demo.yaml", ["refresh_test=1h", "refresh=30m"])


@pytest.fixture
def places(tmp_path: Path) -> Places:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "rows.txt").write_text("rows")
    return Places(str(tmp_path / "logs"), "gs://shop/serving", str(tmp_path / "history"))


def _finished(run: Path) -> FinishedRun:
    """A run whose artifacts are complete: those that the helpers of continued runs leave without a meta.json too."""
    found = read_finished_run(run)
    assert found is not None
    instants = found.artifacts["embeddings"].glob("space=*/as_of=*")
    for folder in (found.artifacts["evaluation"], *instants):
        (folder / "meta.json").write_text("{}")
    return found


def _note(run: Path, places: Places) -> dict[str, str]:
    """Notes a run of this machine; its artifacts' addresses."""
    found = _finished(run)
    addresses = {name: str(path) for name, path in found.artifacts.items()}
    record = found.record.model_copy(update={"logs_address": places.logs})
    write_scheduled_run(places.history, describe_run(record, addresses))
    return addresses


def _at(instant: Instant) -> datetime.datetime:
    return as_datetime(instant)


def test_the_first_daily_run_starts_anew(configuration: RunConfiguration, places: Places) -> None:
    """At 03:00 the day that ended at midnight is the one that tests."""
    started = start_daily(configuration, places, _at(DAILY + 10 * DAY + 3 * HOUR))
    timeline = Timeline.from_values(started.arguments["timeline"])
    assert timeline.as_of == DAILY + 9 * DAY
    assert timeline.test_end == DAILY + 10 * DAY
    # A server imports an address; below this one nothing lies.
    assert started.arguments["earlier_network"] == f"{places.history}/none"
    assert set(started.arguments) == set(daily_arguments(configuration, NOTHING, "/serving"))
    assert run_name(started.record) == "demo-daily-202603190000"


def test_the_next_daily_run_starts_from_the_network_of_the_one_before(
    tmp_path: Path, configuration: RunConfiguration, places: Places
) -> None:
    made = _note(daily(tmp_path / "runs", configuration), places)
    started = start_daily(configuration, places, _at(DAILY + 2 * DAY + 3 * HOUR))
    assert started.arguments["earlier_network"] == started.record.continued["network"] == made["network"]
    # The very run of that network, made again, starts where it started.
    again = start_daily(configuration, places, _at(DAILY + DAY + 3 * HOUR))
    assert again.record.continued == {}


def test_a_refresh_goes_on_from_the_champion_and_extends_what_is_there(
    tmp_path: Path, configuration: RunConfiguration, places: Places
) -> None:
    first = daily(tmp_path / "runs", configuration)
    _note(first, places)
    pushed = _note(refreshed(tmp_path / "runs", DAILY + DAY + HOUR, of=first), places)
    refused = _note(refreshed(tmp_path / "runs", DAILY + DAY + 2 * HOUR, of=first, blessed=False), places)
    started = start_refresh(configuration, places, _at(DAILY + DAY + 3 * HOUR + 5 * HOUR // 60))
    assert started.arguments["trained_network"] == pushed["network"] == refused["network"]
    assert started.arguments["trained_ranker_with_graph"] == pushed["ranker_with_graph"]
    assert started.arguments["trained_ranker_without_graph"] == pushed["ranker_without_graph"]
    # The youngest that reach back far enough; a refused ranker's embeddings are as good as any.
    assert started.arguments["earlier_graph"] == pushed["replay_graph"]
    assert started.arguments["earlier_embeddings"] == refused["embeddings"]
    timeline = Timeline.from_values(started.arguments["timeline"])
    assert (timeline.trained_until, timeline.newest) == (DAILY + DAY, DAILY + DAY + 3 * HOUR)
    assert started.record.newest == format_instant(DAILY + DAY + 3 * HOUR)
    assert started.record.continued["ranker_with_graph"] == pushed["ranker_with_graph"]


def test_the_same_refresh_again_goes_on_from_what_it_went_on_from(
    tmp_path: Path, configuration: RunConfiguration, places: Places
) -> None:
    """Its own note does not count: the server finds every step in its cache."""
    first = daily(tmp_path / "runs", configuration)
    _note(first, places)
    moment = _at(DAILY + DAY + HOUR)
    before = start_refresh(configuration, places, moment)
    _note(refreshed(tmp_path / "runs", DAILY + DAY + HOUR, of=first), places)
    assert start_refresh(configuration, places, moment) == before


def test_without_a_daily_run_there_is_nothing_to_refresh(configuration: RunConfiguration, places: Places) -> None:
    with pytest.raises(ContractError, match="run the daily pipeline first"):
        start_refresh(configuration, places, _at(DAILY))


def test_notes_that_are_too_old_or_of_another_shop_are_not_read(
    tmp_path: Path, configuration: RunConfiguration, places: Places
) -> None:
    _note(daily(tmp_path / "runs", configuration), places)
    (Path(places.history) / "other-daily-202603100000.json").write_text("not read")
    (Path(places.history) / "demo-daily-202601100000.json").write_text("not read")
    assert len(unpack_history(places.history, "demo", DAILY, tmp_path / "unpacked")) == 6
    assert unpack_history(places.history, "demo", DAILY + 2 * DAY, tmp_path / "later") == {}


def test_an_artifact_that_is_not_complete_is_not_noted(tmp_path: Path, configuration: RunConfiguration) -> None:
    found = _finished(daily(tmp_path / "runs", configuration))
    addresses = {name: str(path) for name, path in found.artifacts.items()}
    with pytest.raises(ContractError, match="demo-daily-202603100000: no address of network, found"):
        describe_run(found.record, {name: path for name, path in addresses.items() if name != "network"})
    (found.artifacts["ranker_with_graph"] / "meta.json").unlink()
    with pytest.raises(ContractError, match=r"no meta\.json in it; the artifact is not complete"):
        describe_run(found.record, addresses)


def test_a_history_in_a_bucket_is_the_same(
    tmp_path: Path, configuration: RunConfiguration, storage_emulator: StorageEmulator
) -> None:
    found = _finished(daily(tmp_path / "runs", configuration))
    remote = {name: f"gs://shop/artifacts/{name}" for name in found.artifacts}
    for name, folder in found.artifacts.items():
        storage_emulator.upload(folder, remote[name])
    storage_emulator.put("gs://shop/artifacts/network/weights.pt", b"gigabytes")
    run = describe_run(found.record, remote)
    assert storage_emulator.downloads().isdisjoint({"artifacts/network/weights.pt"})
    assert write_scheduled_run("gs://shop/history", run) == "gs://shop/history/demo-daily-202603100000.json"
    local, bucket = tmp_path / "local", tmp_path / "bucket"
    write_scheduled_run(str(tmp_path / "history"), run)
    expected = unpack_history(str(tmp_path / "history"), "demo", DAILY, local)
    unpacked = unpack_history("gs://shop/history", "demo", DAILY, bucket)
    assert list(unpacked.values()) == list(expected.values()) == [remote[name] for name in run.artifacts]
    files = {path.relative_to(local): path.read_text().replace(str(local), "") for path in local.rglob("*.json")}
    assert files == {
        path.relative_to(bucket): path.read_text().replace(str(bucket), "") for path in bucket.rglob("*.json")
    }
    assert json.loads(storage_emulator.objects("gs://shop/history")["demo-daily-202603100000.json"])["artifacts"]
