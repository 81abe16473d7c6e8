"""Refreshes after a daily run: once is enough, a kill or a gap costs nothing, and no row tests what trained on it."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy
import pyarrow
import pyarrow.dataset
import pytest

from components.build_graph.settings import GraphSettings
from components.build_graph.step import build_graph
from components.embed_nodes.settings import EmbeddingSettings
from components.embed_nodes.step import embed_nodes
from schemas.artifact_meta import read_meta
from schemas.embedding_store import EmbeddingStore
from schemas.example_artifact import ExampleArtifact
from schemas.feature_store import FeatureStoreSettings, open_feature_store
from schemas.instants import DAY, HOUR, Instant, parse_instant
from schemas.step_report import StepReport
from schemas.user_vectors import read_user_vectors, registered_spaces, require_published
from tests.components.publish_embeddings.stores import sqlite_store
from tests.components.write_examples.small_world import parsed_records
from tests.e2e.tiny_shop import artifacts_of, run, use_remembering_rankers
from tests.folder_bytes import file_bytes
from tests.orchestration.in_process import KilledError, run_steps_in_process

FIRST, SECOND, AFTER_A_GAP = "2026-03-07T02:00:00Z", "2026-03-07T04:00:00Z", "2026-03-07T10:00:00Z"
STEPS = [
    "validate_logs",
    "build_graph",
    "embed_nodes",
    "write_examples",
    "train_ranker",
    "train_ranker",
    "evaluate_ranker",
]
"""Those that a cache knows, in their order."""
NEVER_CACHED = ["publish_embeddings", "push_ranker"]
"""The first of them runs anywhere between embed_nodes and the second, which is the last of all."""


def parted(ran: list[str]) -> tuple[list[str], list[str]]:
    """The steps of STEPS that ran, and those of NEVER_CACHED."""
    return [step for step in ran if step in STEPS], [step for step in ran if step not in STEPS]


@dataclasses.dataclass
class Chain:
    """A daily run and what followed it.

    Attributes:
        folder: Of the shop.
        ran: The steps of each attempt, by what it was.
        snapshots: Bytes of runs/ without artifacts, cache and logs, before and after what should change nothing.
    """

    folder: Path
    ran: dict[str, list[str]] = dataclasses.field(default_factory=dict)
    snapshots: dict[str, dict[str, bytes]] = dataclasses.field(default_factory=dict)

    @property
    def runs(self) -> Path:
        return self.folder / "runs"

    def run_folder(self, until: str) -> Path:
        return self.runs / f"tiny-refresh-{until.translate(str.maketrans('', '', '-:TZ'))[:12]}"

    @property
    def feature_store(self) -> FeatureStoreSettings:
        return sqlite_store(self.folder)

    @property
    def daily(self) -> Path:
        [found] = [path.parent for path in self.runs.glob("tiny-2*/run.json")]
        return found

    def traces(self) -> dict[str, bytes]:
        """What people and servers read: every run's folder with the served versions, and where latest points."""
        folders = list(self.runs.glob("tiny-*"))
        kept = {f"{folder.name}/{name}": data for folder in folders for name, data in file_bytes(folder).items()}
        return kept | {"latest": str((self.runs / "latest").readlink()).encode()}

    def made(self, until: str) -> dict[str, bytes]:
        """What a refresh made that another step or a server reads: no durations."""
        artifacts = artifacts_of(self.run_folder(until))
        names = ("replay_graph", "embeddings", "examples", "ranker_with_graph", "ranker_without_graph")
        files = {f"{name}/{path}": data for name in names for path, data in file_bytes(artifacts[name]).items()}
        return {name: data for name, data in files.items() if not name.endswith("meta.json")}


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    """A daily run, a refresh twice, one killed at every step, and one after two that never ran."""
    with pytest.MonkeyPatch.context() as patch:
        chain = Chain(tmp_path_factory.mktemp("shop"))
        use_remembering_rankers(patch)
        killed_at: list[int | str] = []
        steps: list[str] = []

        def maybe_kill(step: str) -> None:
            if step in killed_at or (step in STEPS and len(parted(steps)[0]) in killed_at):
                raise KilledError

        steps = run_steps_in_process(patch, maybe_kill)

        def attempt(name: str, pipeline: str, *options: str) -> None:
            steps.clear()
            assert run(chain.folder, pipeline, *store, *options) == 0
            chain.ran[name] = list(steps)

        store = ("--set", f"push.feature_store={chain.feature_store.model_dump_json()}")
        attempt("daily", "daily")
        logs = chain.folder / "logs"
        shutil.copytree(next((chain.runs / "logs").glob("simulator-*")), logs)
        options = ("--logs", str(logs), "--until")
        attempt("first", "refresh", *options, FIRST)
        chain.snapshots["before"] = chain.traces()
        later = logs / "impressions" / "day=2026-03-08"
        shutil.copytree(logs / "impressions" / "day=2026-03-07", later)
        attempt("first again", "refresh", *options, FIRST)
        chain.snapshots["after"] = chain.traces()
        shutil.rmtree(later)

        killed_at.append(0)
        for number in [*range(len(STEPS)), *NEVER_CACHED]:
            steps.clear()
            # The step before runs again: its work was done, but nobody knew of it.
            killed_at[0] = min(number, 1) if isinstance(number, int) else number
            with pytest.raises(KilledError):
                run(chain.folder, "refresh", *store, *options, SECOND)
            chain.ran[f"killed {number}"] = list(steps)
        killed_at.clear()
        attempt("resumed", "refresh", *options, SECOND)
        chain.snapshots["resumed"] = chain.made(SECOND)
        shutil.rmtree(chain.run_folder(SECOND))
        shutil.rmtree(chain.runs / "cache")
        attempt("at a stretch", "refresh", *options, SECOND)
        attempt("after a gap", "refresh", *options, AFTER_A_GAP)
        chain.snapshots["end"] = chain.traces()
        attempt("first at last", "refresh", *options, FIRST)
        chain.snapshots["very end"] = chain.traces()
        yield chain


def test_a_second_time_changes_nothing(chain: Chain) -> None:
    """Though newer rows have reached the logs in between: no step runs but those without a cache, in vain."""
    assert parted(chain.ran["first"]) == (STEPS, NEVER_CACHED)
    assert chain.ran["first"][-1] == "push_ranker"
    assert chain.ran["first again"] == NEVER_CACHED
    assert chain.snapshots["before"] == chain.snapshots["after"]


def test_a_killed_refresh_goes_on_where_it_stopped(chain: Chain) -> None:
    for number in range(len(STEPS)):
        # The step whose work was done, but which nobody knew of, is done again.
        assert parted(chain.ran[f"killed {number}"])[0] == STEPS[max(number - 1, 0) : number]
    # evaluate_ranker, killed last of the others, comes before publish_embeddings or after it.
    killed = [chain.ran[f"killed {step}"] for step in NEVER_CACHED]
    assert sorted(killed[0] + killed[1]) == ["evaluate_ranker", "publish_embeddings"]
    assert chain.ran["resumed"] == NEVER_CACHED
    assert parted(chain.ran["at a stretch"]) == (STEPS, NEVER_CACHED)
    assert chain.snapshots["resumed"] == chain.made(SECOND)


def test_an_older_refresh_does_not_come_back(chain: Chain) -> None:
    assert chain.ran["first at last"] == []
    assert chain.snapshots["end"] == chain.snapshots["very end"]


def request_times(run_folder: Path, splits: tuple[str, ...]) -> dict[bytes, Instant]:
    examples = ExampleArtifact(artifacts_of(run_folder)["examples"])
    records = [record for split in splits for record in parsed_records(examples, split)]
    return {record["request_id"][0]: record["timestamp"][0] for record in records}


def test_every_row_trains_once_and_none_tests_what_trained_on_it(chain: Chain) -> None:
    """The rows of the half hours that nobody refreshed are not lost, and the verdict stays honest."""
    runs = [chain.daily, *(chain.run_folder(until) for until in (FIRST, SECOND, AFTER_A_GAP))]
    trained: set[bytes] = set()
    for run_folder in runs:
        training = request_times(run_folder, ("train", "validation"))
        testing = request_times(run_folder, ("test",))
        assert training
        assert trained.isdisjoint(training)
        trained |= training.keys()
        assert testing
        assert trained.isdisjoint(testing)
    end = parse_instant(AFTER_A_GAP) - 4 * HOUR
    network_end = read_meta(artifacts_of(chain.daily)["network"], "network").as_of_instant
    logs = pyarrow.dataset.dataset(chain.folder / "logs" / "impressions", partitioning="hive").to_table()
    time = logs["timestamp"].cast(pyarrow.int64()).to_numpy()
    shown = logs["request_id"].filter((time >= network_end) & (time < end))
    assert trained == {request.encode() for request in shown.to_pylist()}


def test_each_refresh_starts_from_the_ranker_before_it(chain: Chain) -> None:
    before = artifacts_of(chain.daily)
    for until in (FIRST, SECOND, AFTER_A_GAP):
        after = artifacts_of(chain.run_folder(until))
        for name in ("ranker_without_graph", "ranker_with_graph"):
            started_from = read_meta(after[name], "ranker").inputs["warm_start"]
            assert hashlib.sha256((before[name] / "meta.json").read_bytes()).hexdigest().startswith(started_from)
        before = after


def test_extending_gives_what_building_from_scratch_gives(chain: Chain, tmp_path: Path) -> None:
    """New edges, users and contents, over a gap as well; and it is less work."""
    artifacts = artifacts_of(chain.run_folder(AFTER_A_GAP))
    newest, trained_until = parse_instant(AFTER_A_GAP), parse_instant(SECOND) - 4 * HOUR
    build_graph(
        logs=artifacts["validated_logs"],
        output=tmp_path / "graph",
        start=trained_until - 4 * DAY,
        end=newest,
        settings=GraphSettings(),
        report=StepReport("build_graph", 0.0),
    )
    assert file_bytes(artifacts["replay_graph"]) == file_bytes(tmp_path / "graph")
    report = StepReport("embed_nodes", 0.0)
    embed_nodes(
        graph=tmp_path / "graph",
        network=artifacts["network"],
        output=tmp_path / "embeddings",
        instants=list(range(trained_until, newest + 1, 2 * HOUR)),
        window=4 * DAY,
        cold_content_views=20,
        settings=EmbeddingSettings(),
        report=report,
    )
    assert file_bytes(artifacts["embeddings"]) == file_bytes(tmp_path / "embeddings")
    done = json.loads((chain.run_folder(AFTER_A_GAP) / "report.json").read_text())["steps"]
    [embedding] = [step["counts"] for step in done if step["name"] == "embed_nodes"]
    assert embedding["vectors"] == report.counts["vectors"]
    # Three of the six instants are in the store of the refresh before.
    assert 0 < embedding["recomputed"] < 0.7 * report.counts["recomputed"]


def test_every_refresh_is_a_version_of_its_own(chain: Chain) -> None:
    """In the folder of the daily run; the oldest are gone, since three are kept."""
    served = chain.daily / "serving"
    assert sorted(path.name for path in served.iterdir() if path.is_dir()) == [
        "202603070200",
        "202603070400",
        "202603071000",
    ]


def test_users_vectors_are_those_of_the_newest_refresh(chain: Chain) -> None:
    """No push would have gone through without them."""
    newest = parse_instant(AFTER_A_GAP)
    nodes = EmbeddingStore(artifacts_of(chain.run_folder(AFTER_A_GAP))["embeddings"]).read(newest, "user")
    feature_store = open_feature_store(chain.feature_store)
    [space] = registered_spaces(feature_store)
    found = read_user_vectors(feature_store, require_published(feature_store, space, newest), nodes.ids.to_pylist())
    numpy.testing.assert_array_equal(found.vectors, nodes.embedding)
    assert set(found.as_of.tolist()) == {newest}


def test_the_next_daily_network_starts_from_the_one_before(chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    use_remembering_rankers(monkeypatch)
    run_steps_in_process(monkeypatch)
    earlier = artifacts_of(chain.daily)["network"]
    assert run(chain.folder, "daily", "--as-of", "2026-03-06T22:00:00Z", "--set", "simulator.days=6") == 0
    network = read_meta(artifacts_of(chain.runs / "latest")["network"], "network")
    assert network.inputs["earlier"] == hashlib.sha256((earlier / "meta.json").read_bytes()).hexdigest()
    assert network.details["earlier"]
