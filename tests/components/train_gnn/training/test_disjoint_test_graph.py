"""The test graph: whose messages count, what is scored and what the window tells, recomputed without a sampler."""

from __future__ import annotations

import dataclasses
import tempfile
from pathlib import Path

import numpy
import pyarrow.parquet
import pytest
import sklearn.metrics
import torch

from components.embed_nodes.embed import embed_at_instant
from components.embed_nodes.known_edges import known_edges
from components.evaluate_ranker.bootstrap import auc_interval
from components.evaluate_ranker.settings import EvaluationSettings
from components.train_gnn.graph_tables import GraphTables, read_graph_tables
from components.train_gnn.network import GraphNetwork
from components.train_gnn.settings import NetworkSettings
from components.train_gnn.supervision import (
    CLICKS,
    PAIR_RELATIONS,
    VIEWS,
    Links,
    Supervision,
    impressed_links,
    pair_key,
    split_supervision,
)
from components.train_gnn.training import disjoint_test_graph
from components.train_gnn.training.disjoint_test_graph import (
    links_of_some_users,
    measure_test_graph,
    silent_scores,
    window_facts,
)
from components.train_gnn.training.evaluation import ScoreArray
from schemas.graph_artifact import GraphArtifact
from schemas.instants import DAY, Instant
from tests.components.train_gnn.training.graph_folder import write_graph
from tests.components.train_gnn.training.tiny_training import HOUR, NETWORK_END, tiny_settings, tiny_tables
from tests.e2e.coin_flip_graph import DAYS, coin_flip_tables

EVALUATION = EvaluationSettings(resamples=50, minimum_slice_clicks=5)


def every_edge() -> NetworkSettings:
    """Neighbourhoods are whole."""
    return tiny_settings(fan_out=(-1, -1), disjoint_train_ratio=0.3)


def trained_network(settings: NetworkSettings, tables: GraphTables) -> GraphNetwork:
    """Weights that no start value hides: every parameter is moved."""
    torch.manual_seed(0)
    network = GraphNetwork(settings, tables).eval()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(0.2 * torch.randn_like(parameter))
    return network


def split_of(tables: GraphTables) -> Supervision:
    links = impressed_links(tables.edges[VIEWS], tables.edges[CLICKS])
    return split_supervision(links, tables.contents, 0.3, 1.0, numpy.random.default_rng(0))


def without_pairs(tables: GraphTables, silent: Supervision) -> GraphTables:
    """The graph with every edge of the silent pairs cut out, relation by relation."""
    edges = dict(tables.edges)
    for edge_type in PAIR_RELATIONS:
        relation = edges[edge_type]
        row, target = relation.row.astype(numpy.int64), relation.target
        user, content = (row, target) if edge_type[0] == "user" else (target, row)
        edges[edge_type] = relation.select(~numpy.isin(pair_key(user, content, tables.contents), silent.pair_keys))
    return dataclasses.replace(tables, edges=edges)


def exact_score(network: GraphNetwork, tables: GraphTables, links: Links, link: int) -> float:
    """The log odds of a link, from all nodes' embeddings and edges at its time."""
    instant, content = int(links.time[link]), int(links.content[link])
    known = known_edges(tables, instant, 100 * HOUR)
    with tempfile.TemporaryDirectory() as folder:
        embedding = embed_at_instant(network, tables, known, Path(folder))
        ends = (numpy.array(embedding["user"][links.user[link]]), numpy.array(embedding["content"][content]))
    clicks, views = (torch.tensor([float(known.degree(relation)[content])]) for relation in (CLICKS, VIEWS))
    assert network.popularity is not None
    with torch.no_grad():
        user, other = (torch.from_numpy(end).unsqueeze(0) for end in ends)
        return float(network.logit(user, other, network.popularity(clicks, views)))


def test_messages_come_from_older_edges_of_other_pairs() -> None:
    """Each score equals embedding the whole graph at the link's time, with the silent pairs cut out by hand."""
    tables, settings = tiny_tables(), every_edge()
    network, silent = trained_network(settings, tables), split_of(tables)
    links = silent.held_out
    scores = silent_scores(network, settings, tables, silent, links, NETWORK_END)
    cut = without_pairs(tables, silent)
    late = numpy.argsort(links.time)[-12:]
    exact = [exact_score(network, cut, links, int(link)) for link in late]
    assert scores[late] == pytest.approx(exact, abs=1e-4)
    whole = [exact_score(network, tables, links, int(link)) for link in late]
    assert numpy.abs(numpy.array(whole) - exact).max() > 1e-2, "silence must matter, or equal scores show nothing"


def test_the_scored_links_are_all_links_of_the_silent_pairs() -> None:
    tables = tiny_tables()
    silent = split_of(tables)
    every = impressed_links(tables.edges[VIEWS], tables.edges[CLICKS])
    key = pair_key(every.user, every.content, tables.contents)
    assert len(silent.held_out) == numpy.isin(key, silent.pair_keys).sum()
    assert 0.15 < len(silent.pair_keys) / len(numpy.unique(key)) < 0.45


@pytest.fixture
def two_graphs(tmp_path: Path) -> tuple[GraphArtifact, GraphArtifact]:
    """A train graph, and a test graph whose nodes stand in another order, with some that the train graph lacks."""
    write_graph(tmp_path / "train", tiny_tables(1), NETWORK_END)
    write_graph(tmp_path / "test", tiny_tables(2), NETWORK_END)
    for kind in ("user", "content"):
        path = tmp_path / "test" / "nodes" / f"{kind}.parquet"
        ids = pyarrow.parquet.read_table(path)["id"].to_pylist()[::-1]
        ids[0] = f"new {kind}"
        pyarrow.parquet.write_table(pyarrow.table({"id": ids}), path)
    return GraphArtifact(tmp_path / "train"), GraphArtifact(tmp_path / "test")


def test_the_window_is_told_by_id(two_graphs: tuple[GraphArtifact, GraphArtifact]) -> None:
    train, test = two_graphs
    tables = read_graph_tables(test)
    links = impressed_links(tables.edges[VIEWS], tables.edges[CLICKS])
    cold_user, window_views = window_facts(train, test, links)
    views = train.edges(VIEWS)
    viewed = [train.nodes("content")["id"][int(content)].as_py() for content in views.target]
    viewers = {train.nodes("user")["id"][int(user)].as_py() for user in views.row}
    users, contents = (test.nodes(kind)["id"].to_pylist() for kind in ("user", "content"))
    assert window_views.tolist() == [viewed.count(contents[content]) for content in links.content]
    assert cold_user.tolist() == [users[user] not in viewers for user in links.user]
    assert cold_user.any()
    assert (window_views == 0).any()


def test_what_is_told_of_the_test_graph(
    two_graphs: tuple[GraphArtifact, GraphArtifact], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pooled ROC-AUC by scikit-learn over the scores that were made on the way."""
    made = []

    def noting(
        network: GraphNetwork,
        settings: NetworkSettings,
        tables: GraphTables,
        silent: Supervision,
        links: Links,
        end: Instant,
    ) -> ScoreArray:
        scores = silent_scores(network, settings, tables, silent, links, end)
        made.append((links, scores))
        return scores

    monkeypatch.setattr(disjoint_test_graph, "silent_scores", noting)
    train, test = two_graphs
    settings = every_edge()
    network = trained_network(settings, read_graph_tables(train))
    told = measure_test_graph(network, settings, train, test, EVALUATION)
    ((links, scores),) = made
    assert told["auc"] == pytest.approx(sklearn.metrics.roc_auc_score(links.label, scores))
    assert told["links"] == 900
    assert told["candidates"] == len(links) == told["clicks"] + (links.label == 0).sum()
    assert told["intervals"]["auc"]["low"] < told["auc"] < told["intervals"]["auc"]["high"]
    assert {"warm_users", "content_without_views", "content_under_500_views"} <= set(told["slices"])
    again = measure_test_graph(network, settings, train, test, EVALUATION)
    assert again == told


def test_coin_flips_cannot_be_told() -> None:
    """0.5 within the 99.9 % interval over users; a link that may see itself, in a graph without silence, is caught."""
    tables, settings = coin_flip_tables(3), tiny_settings(disjoint_train_ratio=0.3, fan_out=(8, 4), batch_links=512)
    network = GraphNetwork(settings, tables).eval()  # clickers minus viewers, before any training
    every = impressed_links(tables.edges[VIEWS], tables.edges[CLICKS])
    silent = split_supervision(every, tables.contents, 0.3, 1.0, numpy.random.default_rng(0))
    links, end = links_of_some_users(silent.held_out, 3_000, numpy.random.default_rng(0)), DAYS * DAY + 1
    scores = silent_scores(network, settings, tables, silent, links, end)
    low, high = auc_interval(scores, links.label > 0, links.user, level=0.999, resamples=1_000)
    assert low < 0.5 < high < 0.58
    loud = dataclasses.replace(silent, pair_keys=silent.pair_keys[:0])
    itself = dataclasses.replace(links, time=links.time + 1)
    leaked = silent_scores(network, settings, tables, loud, itself, end)
    low, _ = auc_interval(leaked, links.label > 0, links.user, level=0.999, resamples=1_000)
    assert low > 0.52


def test_whole_users_are_scored_where_there_are_too_many_links() -> None:
    generator = numpy.random.default_rng(3)
    user = generator.integers(0, 30, 500)
    links = Links(user, user, numpy.arange(500), numpy.zeros(500, dtype=numpy.float32))
    some = links_of_some_users(links, 120, numpy.random.default_rng(1))
    assert 60 < len(some) <= 120
    assert len(some) == numpy.isin(user, some.user).sum(), "all links of a user or none"
    assert links_of_some_users(links, 500, generator) is links
