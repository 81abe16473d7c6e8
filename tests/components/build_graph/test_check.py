"""The proof that two graphs share no edge: it holds for train and test, and notices every way of breaking it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy
import pandas
import pytest

from components.build_graph.check import check_disjoint
from schemas.errors import ContractError
from schemas.graph_artifact import EDGE_TYPES, GraphArtifact
from schemas.instants import DAY
from tests.components.build_graph.naive_graph import built, edges_by_id
from tests.log_folders import START, shop_tables

LOGS_WINDOW = (START, START + 8 * DAY)
AS_OF = START + 7 * DAY


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("graphs")


@pytest.fixture(scope="module")
def train(folder: Path) -> GraphArtifact:
    return built(folder, shop_tables(), LOGS_WINDOW, (START, AS_OF))


@pytest.fixture
def day_graph(folder: Path) -> GraphArtifact:
    return built(folder, shop_tables(), LOGS_WINDOW, (AS_OF, AS_OF + DAY), reach_back=False)


def test_train_and_test_graph_share_no_edge(train: GraphArtifact, day_graph: GraphArtifact) -> None:
    check_disjoint(train.folder, day_graph.folder)
    for edge_type in EDGE_TYPES:
        one, other = ({edge[:3] for edge in edges_by_id(graph, edge_type)} for graph in (train, day_graph))
        assert not one & other
        assert all(AS_OF <= time < AS_OF + DAY for _, time, _ in other)
    assert len(day_graph.edges(("user", "views", "content")).row) == 60
    assert len(day_graph.edges(("user", "follows", "brand")).row) >= 1


def test_a_graph_that_reaches_back_shares_follows(folder: Path, train: GraphArtifact) -> None:
    reaching = built(folder, shop_tables(), LOGS_WINDOW, (AS_OF, AS_OF + DAY), reach_back=True)
    with pytest.raises(ContractError, match=r"share .* edges of user-follows-brand") as caught:
        check_disjoint(train.folder, reaching.folder)
    assert "reach_back=False" in str(caught.value)


def test_a_window_that_starts_a_microsecond_early_is_noticed(folder: Path, train: GraphArtifact) -> None:
    last = int(train.edges(("user", "views", "content")).time.max())
    early = built(folder, shop_tables(), LOGS_WINDOW, (last, AS_OF + DAY), reach_back=False)
    with pytest.raises(ContractError, match="share 4 edges of user-views-content"):
        check_disjoint(train.folder, early.folder)
    later = built(folder, shop_tables(), LOGS_WINDOW, (last + 1, AS_OF + DAY), reach_back=False)
    check_disjoint(train.folder, later.folder)


def test_equal_pairs_at_other_times_of_the_same_span_are_not_shared_edges(tmp_path: Path) -> None:
    window = (START, AS_OF)
    first = built(tmp_path / "first", shop_tables(), LOGS_WINDOW, window)
    shifted = shop_tables()
    for frame in shifted.values():
        for column in frame.columns.intersection(["timestamp", "published_at"]):
            frame[column] += pandas.Timedelta(1, "us")
    second = built(tmp_path / "second", shifted, LOGS_WINDOW, window)
    check_disjoint(first.folder, second.folder)


def test_an_edge_at_the_as_of_is_noticed(train: GraphArtifact, day_graph: GraphArtifact) -> None:
    path = day_graph.folder / "edges" / "user__views__content" / "time.npy"
    time = numpy.load(path)
    time[-1] = AS_OF + DAY
    numpy.save(path, time)
    with pytest.raises(ContractError, match=r"an edge of user-views-content has the time 2026-03-10T00:00:00Z"):
        check_disjoint(train.folder, day_graph.folder)


def test_a_node_that_is_not_there_yet_is_noticed(train: GraphArtifact, day_graph: GraphArtifact) -> None:
    path = day_graph.folder / "meta.json"
    meta = json.loads(path.read_text())
    path.write_text(json.dumps({**meta, "as_of": "2026-03-09T00:00:01Z", "largest_event_time": None}))
    with pytest.raises(ContractError, match="which is not before the graph's as_of 2026-03-09T00:00:01Z"):
        check_disjoint(train.folder, day_graph.folder)
