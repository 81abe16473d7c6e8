"""The leak test: where clicks are coin flips, nothing may score better than a coin.

Every model's ROC-AUC must lie around 0.5 within its own 99.9 % interval over users. The sabotages then break the rules
of time on purpose and must be caught: they test the test.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy
import pytest

from components.evaluate_ranker.bootstrap import auc_interval
from components.evaluate_ranker.metrics import roc_auc
from components.evaluate_ranker.predictions import predict
from components.evaluate_ranker.record_columns import read_record_columns
from components.train_gnn.graph_tables import read_graph_tables
from components.train_gnn.sampler import time_respecting_sampler
from components.train_gnn.sampler.time_respecting_sampler import seed_instants
from components.train_gnn.settings import NetworkSettings
from components.train_gnn.train import TrainedNetwork, train_network
from components.train_ranker.settings import RankerSettings
from schemas.example_artifact import ExampleArtifact
from schemas.graph_artifact import Edges, EdgeType, GraphArtifact
from schemas.instants import Instant
from schemas.ranker_artifact import RankerArtifact
from schemas.timeline import Timeline
from sources.simulated_shop.settings import SimulatorSettings
from tests.e2e.steps import World, make_embeddings, make_graphs, make_rankers, ranker_name

LEVEL = 0.999
RESAMPLES = 10_000
NETWORK = NetworkSettings(embedding_size=32, lstm_hidden_size=16, fan_out=(8, 4), epochs=1)
RANKER = RankerSettings(epochs=2, seeds=(1,))


@pytest.fixture(scope="module")
def coin_flips(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A small shop whose clicks are coin flips, with embeddings every two hours."""
    simulator = SimulatorSettings(impressions=80_000, contents=400, articles=1200, clicks="coin_flip", seed=11)
    timeline = Timeline.from_text("2026-03-09T00:00:00Z", "2h")
    world = make_graphs(tmp_path_factory.mktemp("coin_flips"), simulator, timeline)
    make_embeddings(world, NETWORK)
    return world


@pytest.fixture(scope="module")
def honest_examples(coin_flips: World) -> World:
    make_rankers(coin_flips, "examples", RANKER)
    return coin_flips


def assert_a_coin(scores: numpy.ndarray, clicked: numpy.ndarray, users: numpy.ndarray) -> None:
    low, high = auc_interval(scores, clicked, users, LEVEL, RESAMPLES)
    auc = roc_auc(scores, clicked)
    assert low <= 0.5 <= high, f"ROC-AUC {auc:.4f} [{low:.4f}, {high:.4f}] on coin flips: something leaks"


def assert_caught(scores: numpy.ndarray, clicked: numpy.ndarray, users: numpy.ndarray) -> None:
    low, high = auc_interval(scores, clicked, users, LEVEL, RESAMPLES)
    auc = roc_auc(scores, clicked)
    assert low > 0.5, f"the sabotage went unnoticed: ROC-AUC {auc:.4f} [{low:.4f}, {high:.4f}]"


def held_out(world: World) -> TrainedNetwork:
    tables = read_graph_tables(GraphArtifact(world.artifact("train_graph")))
    return train_network(tables, world.timeline.network_end, NETWORK)


def test_network_on_held_out_pairs(coin_flips: World) -> None:
    trained = held_out(coin_flips)
    links = trained.supervision.held_out
    assert_a_coin(trained.held_out_score, links.label > 0, links.user)


def test_network_on_the_test_day(honest_examples: World) -> None:
    columns = read_record_columns(
        ExampleArtifact(honest_examples.artifact("examples")), "test", ["user_embedding", "content_embedding"]
    )
    scores = (columns.values["user_embedding"] * columns.values["content_embedding"]).sum(axis=1)
    assert scores.std() > 0
    assert_a_coin(scores.astype(numpy.float64), columns.clicked, columns.users)


@pytest.mark.parametrize("with_graph", [False, True])
def test_rankers_on_the_test_day(honest_examples: World, with_graph: bool) -> None:
    assert_a_coin(*ranker_scores(honest_examples, "examples", with_graph))


def test_sabotage_of_rules_3_and_4_is_caught(coin_flips: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A held-out pair's own edge reaches its message: it is not removed, and `<=` stands where `<` must."""

    def all_edges(edges: dict[EdgeType, Edges], _supervision: object, end: Instant) -> dict[EdgeType, Edges]:
        return {edge_type: relation.select(relation.time < end) for edge_type, relation in edges.items()}

    monkeypatch.setattr(time_respecting_sampler, "message_edges", all_edges)
    monkeypatch.setattr(time_respecting_sampler, "seed_instants", lambda time: seed_instants(time) + 1)
    trained = held_out(coin_flips)
    links = trained.supervision.held_out
    assert_caught(trained.held_out_score, links.label > 0, links.user)


@pytest.mark.parametrize("with_graph", [False, True])
def test_sabotage_of_rule_5_is_caught(sabotaged_examples: World, with_graph: bool) -> None:
    assert_caught(*ranker_scores(sabotaged_examples, "examples_of_the_future", with_graph))


@pytest.fixture(scope="module")
def sabotaged_examples(honest_examples: World) -> World:
    """Training and test rows alike see the refresh after them, whose counters and embeddings hold their own click."""
    honest: Callable[[Timeline, numpy.ndarray], numpy.ndarray] = Timeline.visible_refresh
    last = honest_examples.timeline.refresh_instants[-1]

    def next_refresh(timeline: Timeline, time: numpy.ndarray) -> numpy.ndarray:
        later: numpy.ndarray = numpy.minimum(honest(timeline, time) + timeline.refresh, last)
        return later

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Timeline, "visible_refresh", next_refresh)
        make_rankers(honest_examples, "examples_of_the_future", RANKER)
    return honest_examples


def ranker_scores(
    world: World, examples_name: str, with_graph: bool
) -> tuple[numpy.ndarray, numpy.ndarray, numpy.ndarray]:
    """Scores of the exported model itself with the logged position, clicks and users of the test day."""
    examples = ExampleArtifact(world.artifact(examples_name))
    columns = read_record_columns(examples, "test", [])
    ranker = RankerArtifact(world.artifact(ranker_name(examples_name, with_graph)))
    return predict(ranker, examples, len(columns.clicked)).logged[0], columns.clicked, columns.users
