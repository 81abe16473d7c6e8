"""Scheduled runs of a tiny shop with logs, artifacts, notes and pushed versions in a bucket, and nowhere else."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from kfp import dsl

from orchestration.configuration import RunConfiguration, read_configuration
from orchestration.local_run import run_locally
from orchestration.scheduled.component import record_run
from orchestration.scheduled.starting import Places, StartedRun, start_daily, start_refresh
from schemas.instants import DAY, HOUR, Instant, as_datetime, parse_instant
from schemas.remote.reading import local_artifact
from schemas.timeline import Timeline
from sources.simulator import simulate
from tests.e2e.bucket_launcher import ROOT, run_steps_in_bucket
from tests.e2e.tiny_shop import CONFIGURATION, PIPELINES, use_remembering_rankers
from tests.storage_emulator import StorageEmulator

PLACES = Places("gs://shop/logs", "gs://shop/ranker", "gs://shop/history")
MIDNIGHT = parse_instant("2026-03-07T00:00:00Z")
"""The daily run's test day has ended."""


@dataclasses.dataclass
class Bucket:
    """What the runs left.

    Attributes:
        emulator: The storage.
        started: By run.
        outputs: Artifacts of each run, by name.
        ran: The steps that did work.
    """

    emulator: StorageEmulator
    started: dict[str, StartedRun] = dataclasses.field(default_factory=dict)
    outputs: dict[str, dict[str, dsl.Artifact]] = dataclasses.field(default_factory=dict)
    ran: list[str] = dataclasses.field(default_factory=list)


def _clock(instant: Instant) -> datetime.datetime:
    return as_datetime(instant)


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bucket]:
    """A daily run at 03:00 and a refresh after it, each with its first and last step."""
    folder = tmp_path_factory.mktemp("shop")
    (folder / "tiny.yaml").write_text(CONFIGURATION)
    configuration: RunConfiguration = read_configuration(folder / "tiny.yaml")
    simulate(output=folder / "logs", settings=configuration.simulator)
    emulator = StorageEmulator()
    with contextlib.ExitStack() as stack:
        stack.enter_context(emulator.serve())
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setenv("STORAGE_EMULATOR_HOST", emulator.url)
        emulator.upload(folder / "logs", PLACES.logs)
        use_remembering_rankers(patch)
        found = Bucket(emulator)
        found.ran = run_steps_in_bucket(patch, emulator, folder / "gcs", folder / "runs" / "artifacts")
        starts = {"daily": (start_daily, MIDNIGHT + 3 * HOUR), "refresh": (start_refresh, MIDNIGHT + 4 * HOUR)}
        for name, (start, moment) in starts.items():
            found.started[name] = start(configuration, PLACES, _clock(moment))
            outputs = run_locally(PIPELINES[name], found.started[name].arguments, folder / "runs")
            found.outputs[name] = outputs
            record = found.started[name].record.model_dump(mode="json")
            record_run.python_func(push=outputs["push"], history=PLACES.history, record=record)
        assert not (folder / "gcs").exists()
        yield found


def test_every_artifact_lies_in_the_bucket(bucket: Bucket) -> None:
    for outputs in bucket.outputs.values():
        for name, artifact in outputs.items():
            assert artifact.uri.startswith(f"{ROOT}/"), name
            assert bucket.emulator.objects(artifact.uri), name


def test_versions_are_pushed_to_the_bucket(bucket: Bucket) -> None:
    names = bucket.emulator.objects(PLACES.serving)
    versions = {name.partition("/")[0] for name in names if name.endswith("saved_model.pb")}
    assert versions == {"202603060000", "202603070400"}
    assert b"202603070400" in names["models.config"]


def test_the_refresh_goes_on_from_the_daily_run(bucket: Bucket) -> None:
    daily, refresh = bucket.outputs["daily"], bucket.started["refresh"].arguments
    assert refresh["trained_network"] == daily["network"].uri
    assert refresh["trained_ranker_with_graph"] == daily["ranker_with_graph"].uri
    assert refresh["trained_ranker_without_graph"] == daily["ranker_without_graph"].uri
    assert refresh["earlier_graph"] == daily["replay_graph"].uri
    assert refresh["earlier_embeddings"] == daily["embeddings"].uri
    timeline = Timeline.from_values(refresh["timeline"])
    assert (timeline.trained_until, timeline.newest) == (MIDNIGHT - DAY, MIDNIGHT + 4 * HOUR)


def test_each_run_leaves_its_note(bucket: Bucket) -> None:
    notes = bucket.emulator.objects(PLACES.history)
    assert sorted(notes) == ["tiny-daily-202603070000.json", "tiny-refresh-202603070400.json"]
    note = json.loads(notes["tiny-refresh-202603070400.json"])
    refreshed = bucket.outputs["refresh"]
    assert note["artifacts"] == {
        "network": bucket.outputs["daily"]["network"].uri,
        **{name: refreshed[name].uri for name in note["artifacts"] if name != "network"},
    }


def test_a_reader_takes_them_for_complete(bucket: Bucket) -> None:
    with local_artifact(bucket.outputs["refresh"]["ranker_with_graph"].uri, "ranker") as ranker:
        assert Path(ranker / "meta.json").is_file()


def test_artifacts_say_their_space_and_their_instant(bucket: Bucket) -> None:
    space = bucket.outputs["daily"]["network"].metadata["space"]
    for outputs in bucket.outputs.values():
        for name in ("embeddings", "examples", "ranker_with_graph", "ranker_without_graph"):
            assert outputs[name].metadata["space"] == space, name
        assert all(artifact.metadata["as_of"] for artifact in outputs.values())
