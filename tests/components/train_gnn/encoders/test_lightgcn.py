"""LightGCN against the paper's matrix form, with the true degrees of both ends."""

from __future__ import annotations

import numpy
import pytest
import torch

from components.train_gnn.encoders.lightgcn import POSITIVE, LightgcnEncoder
from components.train_gnn.settings import NetworkSettings
from tests.components.train_gnn.encoders.whole_graph import SIZE, assert_equal, whole_graph

KINDS = ("user", "content", "brand")


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_equals_the_symmetrically_normalized_adjacency(layers: int) -> None:
    """One dense matrix over all nodes: mean over layers of (D^-1/2 A D^-1/2)^l e, with e = D^1/2 x."""
    graph = whole_graph(3, weighted=False, views=40)
    counts = [len(graph.vectors[kind]) for kind in KINDS]
    first = dict(zip(KINDS, numpy.cumsum([0, *counts[:-1]]), strict=True))
    adjacency = numpy.zeros((sum(counts), sum(counts)))
    for edge_type in POSITIVE:
        for target, sources in enumerate(graph.edges[edge_type]):
            for source, weight in sources:
                adjacency[first[edge_type[2]] + target, first[edge_type[0]] + source] += weight
    assert numpy.array_equal(adjacency, adjacency.T), "every relation has its reverse"
    degree = numpy.maximum(adjacency.sum(axis=1), 1)
    normalized = adjacency / numpy.sqrt(degree[:, None] * degree[None, :])
    vectors = numpy.concatenate([graph.vectors[kind].double().numpy() for kind in KINDS])
    propagated = [numpy.sqrt(degree)[:, None] * vectors]
    for _ in range(layers):
        propagated.append(normalized @ propagated[-1])
    expected = numpy.mean(propagated, axis=0)
    assert (adjacency.sum(axis=1) == 0).any(), "the graph must hold a node without edges"

    settings = NetworkSettings(encoder="lightgcn", embedding_size=SIZE, layers=layers, fan_out=(1,) * layers)
    encoder = LightgcnEncoder(settings)
    result = encoder(graph.vectors, [graph.block] * layers)
    for kind, count in zip(KINDS, counts, strict=True):
        assert_equal(result[kind], list(expected[first[kind] : first[kind] + count]))
    assert not list(encoder.parameters())


def test_impressions_do_not_count() -> None:
    graph = whole_graph(4)
    encoder = LightgcnEncoder(NetworkSettings(encoder="lightgcn", embedding_size=SIZE))
    before = encoder(graph.vectors, [graph.block] * 2)
    views = graph.block.adjacency["user", "views", "content"]
    views.values().mul_(100)
    after = encoder(graph.vectors, [graph.block] * 2)
    assert torch.equal(before["content"], after["content"])
