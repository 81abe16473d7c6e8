"""Exact embeddings: equal to dense matrices, and the same whatever is computed together."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from components.embed_nodes.settings import EmbeddingSettings
from components.train_gnn.encoders.contrast import CONTRASTED, PLAIN
from components.train_gnn.encoders.registry import ENCODERS
from components.train_gnn.graph_tables import GraphTables
from components.train_gnn.inputs.node_inputs import NodeInputs
from components.train_gnn.inputs.orders import recent_order_rows
from components.train_gnn.message_weights import message_weights
from components.train_gnn.network import GraphNetwork
from components.train_gnn.settings import InputSettings
from schemas.graph_artifact import EDGE_TYPES, WINDOWED, EdgeType
from tests.components.embed_nodes.whole_graphs import (
    SECOND,
    dwelling,
    embed,
    every_node,
    graph_in_seconds,
    make_network,
    node_counts,
)

INSTANT, WINDOW = 600 * SECOND, 300 * SECOND
NETWORKS: list[tuple[str, dict[str, Any]]] = [
    *((encoder, {}) for encoder in sorted(ENCODERS)),
    ("contrast", dwelling(half_life="100s")),
    ("contrast", {"unit_length": "user_and_content"}),
    ("contrast", {"inputs": InputSettings(pooled_orders=2, rarity_power=2.0)}),
]

Matrix = torch.Tensor


def dense_adjacency(tables: GraphTables, edge_type: EdgeType, network: GraphNetwork) -> tuple[Matrix, Matrix]:
    """Sums of weights and numbers of the edges of the window before the instant, double [targets, sources] each."""
    edges = tables.edges[edge_type]
    nodes = node_counts(tables)
    weight, count = (torch.zeros(nodes[edge_type[2]], nodes[edge_type[0]], dtype=torch.double) for _ in range(2))
    instants = numpy.full(len(edges.row), INSTANT)
    weights = message_weights(edge_type, edges.time, edges.weight, instants, network.messages)
    for target, source, time, each in zip(edges.target, edges.row, edges.time, weights, strict=True):
        if time < INSTANT and (edge_type[1] not in WINDOWED or time >= INSTANT - WINDOW):
            weight[target, source] += float(each)
            count[target, source] += 1
    return weight, count


def dense_contrast(network: GraphNetwork, tables: GraphTables) -> dict[str, Matrix]:
    """The formula of ContrastLayer in dense matrices of doubles."""
    users = numpy.arange(tables.users)
    orders = torch.from_numpy(recent_order_rows(tables.orders, users, numpy.full(len(users), INSTANT)))
    inputs = NodeInputs(orders, orders, tables.content_rows, *(torch.arange(count) for count in tables.nodes.values()))
    vectors = {kind: vector.double() for kind, vector in network.inputs(inputs).items()}
    adjacency = {edge_type: dense_adjacency(tables, edge_type, network) for edge_type in EDGE_TYPES}
    for layer in network.encoder.layers:  # type: ignore[union-attr]  # a module list

        def shrunk(edge_type: EdgeType, vectors: dict[str, Matrix] = vectors, layer: Any = layer) -> Matrix:
            weight = adjacency[edge_type][0]
            total = weight.sum(dim=1, keepdim=True)
            shrinkage = layer.log_shrinkage["__".join(edge_type)].double().exp()
            result: Matrix = weight @ vectors[edge_type[0]] / total.clamp(min=1e-30) * total / (total + shrinkage)
            return result

        def linear(module: Any, vector: Matrix) -> Matrix:
            result: Matrix = vector @ module.matrix.double().T
            return result

        result = {}
        for kind, vector in vectors.items():
            total = linear(layer.own[kind], vector)
            if kind in CONTRASTED:
                liked, seen = CONTRASTED[kind]
                total = total + linear(layer.wanted[kind], shrunk(liked)) + linear(layer.seen[kind], shrunk(seen))
            for edge_type in PLAIN[kind]:
                total = total + linear(layer.plain["__".join(edge_type)], shrunk(edge_type))
            result[kind] = total
        vectors = result
    return {
        kind: torch.nn.functional.normalize(vector) if kind in network.unit_length else vector
        for kind, vector in vectors.items()
    }


@torch.no_grad()
@pytest.mark.parametrize("options", [{}, dwelling(half_life="100s"), {"unit_length": "user"}])
def test_equals_dense_matrices(options: dict[str, Any]) -> None:
    """The promise of the benchmark: full-neighbourhood message passing, to 1e-5."""
    tables = graph_in_seconds(0, users=60, contents=15, views=600)
    network = make_network("contrast", tables, **options)
    exact = dense_contrast(network, tables)
    for kind, vectors in embed(network, tables, INSTANT, window=WINDOW).items():
        assert numpy.abs(vectors - exact[kind].numpy()).max() < 1e-5
        assert vectors.std() > 0.01


@pytest.mark.parametrize(("encoder", "options"), NETWORKS)
@settings(max_examples=6)
@given(seed=st.integers(0, 10_000), nodes_at_a_time=st.integers(7, 150), edges_at_a_time=st.integers(20, 1_000))
def test_sizes_of_parts_do_not_matter(
    encoder: str, options: dict[str, Any], seed: int, nodes_at_a_time: int, edges_at_a_time: int
) -> None:
    """Every bit is the same, though blocks, their sources and the order histories beside each other differ."""
    tables = graph_in_seconds(seed, users=150, contents=20, views=800)
    network = make_network(encoder, tables, **options)
    whole = embed(network, tables, INSTANT)
    parts = EmbeddingSettings(nodes_at_a_time=nodes_at_a_time, edges_at_a_time=edges_at_a_time)
    for kind, vectors in embed(network, tables, INSTANT, settings=parts).items():
        assert numpy.array_equal(vectors, whole[kind])


@pytest.mark.parametrize(("encoder", "options"), NETWORKS)
@settings(max_examples=6)
@given(seed=st.integers(0, 10_000), data=st.data())
def test_a_node_alone_is_the_node_in_any_company(
    encoder: str, options: dict[str, Any], seed: int, data: st.DataObject
) -> None:
    """Exactly what is needed is computed, and is enough."""
    tables = graph_in_seconds(seed, users=150, contents=20, views=800)
    network = make_network(encoder, tables, **options)
    whole = embed(network, tables, INSTANT)
    for kind, nodes in every_node(tables).items():
        for chosen in (
            [data.draw(st.sampled_from(nodes.tolist()))],
            sorted(data.draw(st.sets(st.sampled_from(nodes.tolist()), min_size=1))),
        ):
            wanted = {kind: numpy.array(chosen)}
            assert numpy.array_equal(embed(network, tables, INSTANT, wanted)[kind], whole[kind][chosen])


@torch.no_grad()
@pytest.mark.parametrize("encoder", ["contrast", "sage"])
@settings(max_examples=25)
@given(lengths=st.lists(st.integers(0, 25), min_size=1, max_size=60), data=st.data())
def test_a_users_input_is_the_same_alone_in_any_batch_and_with_any_padding(
    encoder: str, lengths: list[int], data: st.DataObject
) -> None:
    """PyG's LSTM aggregation gets this wrong: there a user's vector depends on the longest history beside it."""
    tables = graph_in_seconds(0, users=20, contents=5, views=40)
    network = make_network(encoder, tables)
    generator = numpy.random.default_rng(len(lengths))
    rows = generator.integers(1, 13, (len(lengths), 25)) * (numpy.arange(25) < numpy.array(lengths)[:, None])
    none = torch.zeros(0, dtype=torch.long)

    def users(histories: numpy.ndarray) -> Matrix:
        same_user = torch.zeros(len(histories), dtype=torch.long)
        rows = torch.from_numpy(histories)
        inputs = NodeInputs(rows, rows, tables.content_rows[:0], same_user, none, none)
        result: Matrix = network.inputs(inputs)["user"]
        return result

    together = users(rows)
    user = data.draw(st.integers(0, len(lengths) - 1))
    assert (users(rows[user : user + 1]) - together[user]).abs().max() < 1e-6
    padded = numpy.pad(rows[user : user + 1], [(0, 0), (0, data.draw(st.integers(0, 10)))])
    assert (users(padded) - together[user]).abs().max() < 1e-6
    shorter = rows[user : user + 1, : max(lengths[user], 1)]
    assert (users(shorter) - together[user]).abs().max() < 1e-6


def test_a_shop_without_brands_is_embedded() -> None:
    """No rows anywhere in a relation, nor among its sources."""
    tables = graph_in_seconds(0, users=60, contents=15, views=600)
    edges = {
        edge_type: relation.select(numpy.zeros(len(relation.row), dtype=bool)) if "brand" in edge_type else relation
        for edge_type, relation in tables.edges.items()
    }
    for edge_type in edges:
        if edge_type[2] == "brand":
            edges[edge_type] = dataclasses.replace(edges[edge_type], colptr=numpy.zeros(1, dtype=numpy.int64))
    with_brands = dataclasses.replace(
        tables, edges=dict(tables.edges) | {e: r for e, r in edges.items() if e[2] != "brand"}
    )
    without = dataclasses.replace(
        tables, brands=0, edges=edges, article_brand=torch.full_like(tables.article_brand, -1)
    )
    network = make_network("contrast", tables)
    other = make_network("contrast", without)
    other.load_state_dict(network.state_dict())
    bare = embed(other, without, INSTANT)
    for kind, vectors in embed(network, with_brands, INSTANT).items():
        if kind == "brand":
            assert len(bare[kind]) == 0
        else:
            assert numpy.array_equal(vectors, bare[kind])
