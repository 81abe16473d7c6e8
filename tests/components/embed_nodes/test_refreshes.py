"""From refresh to refresh, and from an earlier store: the vectors of a computation from scratch, with less of it."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.embed_nodes.earlier import EarlierEmbeddings
from components.embed_nodes.refreshes import Refreshed, Refreshes
from components.embed_nodes.settings import EmbeddingSettings
from components.train_gnn.encoders.registry import ENCODERS
from components.train_gnn.graph_tables import GraphTables
from components.train_gnn.settings import InputSettings
from schemas.artifact_meta import ArtifactMeta
from schemas.embedding_store import EmbeddingStore, NodeEmbeddings
from schemas.graph_artifact import NODE_KINDS, IntArray
from schemas.instants import format_instant
from tests.components.embed_nodes.whole_graphs import (
    SECOND,
    SIZE,
    dwelling,
    embed,
    every_node,
    graph_in_seconds,
    make_network,
    node_ids,
    refreshing,
)

SPARSE = {"users": 150, "contents": 80, "views": 250}
NETWORKS: list[tuple[str, dict[str, Any]]] = [
    *((encoder, {}) for encoder in sorted(ENCODERS)),
    ("contrast", dwelling()),
    ("contrast", dwelling(half_life="100s")),
    ("contrast", {"inputs": InputSettings(pooled_orders=2, rarity_power=2.0)}),
]


@pytest.mark.parametrize(("encoder", "options"), NETWORKS)
@settings(max_examples=6)
@given(seed=st.integers(0, 10_000), instants=st.lists(st.integers(100, 1_000), min_size=2, max_size=4, unique=True))
def test_refreshing_equals_scratch(encoder: str, options: dict[str, Any], seed: int, instants: list[int]) -> None:
    """New edges, edges that left the window, orders and dwells: every bit as if computed from nothing."""
    tables = graph_in_seconds(seed, **SPARSE)
    network = make_network(encoder, tables, **options)
    with refreshing(network, tables) as refreshes:
        for instant in sorted(instants):
            refreshes.at(instant * SECOND, every_node(tables))
            scratch = embed(network, tables, instant * SECOND)
            for kind, nodes in every_node(tables).items():
                assert numpy.array_equal(refreshes.embedding(kind, nodes, SIZE), scratch[kind])


def two_refreshes(settings: EmbeddingSettings | None = None, **options: Any) -> tuple[Refreshes, Refreshed]:
    tables = graph_in_seconds(3, **SPARSE)
    network = make_network("contrast", tables, **options)
    with refreshing(network, tables, settings=settings) as refreshes:
        refreshes.at(600 * SECOND, every_node(tables))
        return refreshes, refreshes.at(605 * SECOND, every_node(tables))


def test_only_what_changed_is_recomputed() -> None:
    refreshes, second = two_refreshes()
    assert refreshes.everything_because() is None
    assert 0 < second.recomputed["user"] < 75


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (dwelling(half_life="100s"), "half_life"),
        ({"settings": EmbeddingSettings(incremental=False)}, "incremental"),
    ],
)
def test_everything_is_recomputed_for_a_reason(options: dict[str, Any], reason: str) -> None:
    refreshes, second = two_refreshes(**options)
    assert reason in str(refreshes.everything_because())
    assert second.recomputed == {"user": 150, "content": 80, "brand": 4}


def store_of(
    folder: Path, tables: GraphTables, refreshes: Refreshes, instant: int, wanted: dict[str, IntArray]
) -> EarlierEmbeddings:
    """What the step writes."""
    refreshed = refreshes.at(instant, wanted)
    nodes = {}
    for kind in NODE_KINDS:
        chosen, taken = wanted[kind], refreshed.fingerprints
        nodes[kind] = NodeEmbeddings(
            ids=node_ids(tables)[kind].take(chosen),
            embedding=refreshes.embedding(kind, chosen, SIZE),
            views=numpy.zeros(len(chosen), dtype=numpy.int64),
            cold=numpy.zeros(len(chosen), dtype=bool),
            made_from=numpy.stack([taken.inputs[kind][chosen], taken.edges[kind][chosen]], axis=1),
        )
    store = EmbeddingStore(folder, "one")
    meta = ArtifactMeta(kind="embeddings", as_of=format_instant(instant), largest_event_time=None, space="one")
    store.write(instant, nodes, meta)
    return EarlierEmbeddings(store, instant)


@pytest.mark.parametrize(("encoder", "options"), NETWORKS)
@settings(max_examples=6)
@given(seed=st.integers(0, 10_000), first_minute=st.integers(2, 15), later=st.integers(0, 10), share=st.floats(0.1, 1))
def test_an_earlier_store_equals_scratch(
    encoder: str,
    options: dict[str, Any],
    seed: int,
    first_minute: int,
    later: int,
    share: float,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """The store holds some of the nodes: the others are born since."""
    tables = graph_in_seconds(seed, **SPARSE)
    network = make_network(encoder, tables, **options)
    generator = numpy.random.default_rng(seed)
    some = {kind: nodes[generator.random(len(nodes)) < share] for kind, nodes in every_node(tables).items()}
    first = first_minute * 60 * SECOND
    instant = first + later * SECOND
    with refreshing(network, tables) as refreshes:
        earlier = store_of(tmp_path_factory.mktemp("earlier"), tables, refreshes, first, some)
    scratch = embed(network, tables, instant)
    with refreshing(network, tables, earlier=earlier) as refreshes:
        refreshes.at(instant, every_node(tables))
        for kind, nodes in every_node(tables).items():
            assert numpy.array_equal(refreshes.embedding(kind, nodes, SIZE), scratch[kind])


def test_nothing_is_recomputed_where_nothing_changed(tmp_path: Path) -> None:
    tables = graph_in_seconds(3, **SPARSE)
    network = make_network("contrast", tables, **dwelling())
    with refreshing(network, tables) as refreshes:
        earlier = store_of(tmp_path, tables, refreshes, 600 * SECOND, every_node(tables))
    with refreshing(network, tables, earlier=earlier) as refreshes:
        assert refreshes.at(600 * SECOND, every_node(tables)).recomputed == {"user": 0, "content": 0, "brand": 0}
        later = refreshes.at(605 * SECOND, every_node(tables)).recomputed
        assert 0 < later["user"] < 75


def other_follows(tables: GraphTables) -> GraphTables:
    """Follows of long before the earlier instant that the earlier graph knew otherwise."""
    edges = dict(tables.edges)
    for edge_type in (("user", "follows", "brand"), ("brand", "followed_by", "user")):
        time = edges[edge_type].time.copy()
        time[time < 500 * SECOND] -= SECOND
        edges[edge_type] = dataclasses.replace(edges[edge_type], time=time)
    return dataclasses.replace(tables, edges=edges)


def other_article(tables: GraphTables) -> GraphTables:
    """One article has another vector."""
    vectors = tables.article_embedding.clone()
    vectors[3] += 1
    return dataclasses.replace(tables, article_embedding=vectors)


def other_articles_of_a_content(tables: GraphTables) -> GraphTables:
    rows = tables.content_rows.clone()
    rows[5, 0] = rows[5, 0] % 12 + 1
    return dataclasses.replace(tables, content_rows=rows)


@pytest.mark.parametrize("changed", [other_follows, other_article, other_articles_of_a_content])
def test_a_graph_built_anew_is_compared_by_what_it_holds(changed: Any, tmp_path: Path) -> None:
    """Times alone would not show what came late, nor a content or an article that was edited."""
    tables = graph_in_seconds(4, **SPARSE)
    weights = make_network("contrast", tables).state_dict()
    rebuilt = changed(tables)
    network = make_network("contrast", rebuilt)
    network.load_state_dict(weights)
    with refreshing(make_network("contrast", tables), tables) as refreshes:
        earlier = store_of(tmp_path, tables, refreshes, 600 * SECOND, every_node(tables))
    scratch = embed(network, rebuilt, 600 * SECOND)
    with refreshing(network, rebuilt, earlier=earlier) as refreshes:
        refreshed = refreshes.at(600 * SECOND, every_node(rebuilt))
        for kind, nodes in every_node(rebuilt).items():
            assert numpy.array_equal(refreshes.embedding(kind, nodes, SIZE), scratch[kind])
    assert 0 < sum(refreshed.recomputed.values()) < 234
