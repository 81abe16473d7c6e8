"""A small graph as one block, its vectors, and its edges one by one, for encoders recomputed in plain numpy."""

from __future__ import annotations

import dataclasses
import itertools
from typing import Any

import numpy
import torch
from torch import nn

from components.train_gnn.message_block import MessageBlock
from components.train_gnn.settings import MessageSettings
from schemas.graph_artifact import EDGE_TYPES, EdgeType
from tests.components.train_gnn.graph_at_instant import graph_at_instant
from tests.components.train_gnn.random_graphs import LAST_INSTANT, random_tables

SIZE = 6


@dataclasses.dataclass(frozen=True)
class WholeGraph:
    """A graph of random vectors, with weighted edges.

    Attributes:
        block: Every edge.
        vectors: Of every node.
        edges: (source, weight) of the in-edges of each target, by relation.
    """

    block: MessageBlock
    vectors: dict[str, torch.Tensor]
    edges: dict[EdgeType, list[list[tuple[int, float]]]]

    def vector(self, kind: str, node: int) -> numpy.ndarray:
        """One node's vector."""
        result: numpy.ndarray = self.vectors[kind][node].double().numpy()
        return result


def whole_graph(seed: int, weighted: bool = True, views: int = 300) -> WholeGraph:
    """A random graph; weights of edges are random where `weighted`, else 1."""
    tables = random_tables(seed, views=views)
    known = graph_at_instant(tables, LAST_INSTANT, 10**9, MessageSettings())
    generator = torch.Generator().manual_seed(seed)
    adjacency = {}
    for edge_type, matrix in known.adjacency.items():
        weight = 0.2 + torch.rand(len(matrix.values()), generator=generator) if weighted else matrix.values()
        adjacency[edge_type] = torch.sparse_csr_tensor(
            matrix.crow_indices(), matrix.col_indices(), weight, size=matrix.shape
        )
    vectors = {kind: torch.randn(count, SIZE, generator=generator) for kind, count in tables.nodes.items()}
    edges = {edge_type: _in_edges(adjacency[edge_type]) for edge_type in EDGE_TYPES}
    return WholeGraph(MessageBlock(adjacency, known.degree, known.own), vectors, edges)


def _in_edges(matrix: torch.Tensor) -> list[list[tuple[int, float]]]:
    first, source, weight = matrix.crow_indices().tolist(), matrix.col_indices().tolist(), matrix.values().tolist()
    pairs = list(zip(source, weight, strict=True))
    return [pairs[start:stop] for start, stop in itertools.pairwise(first)]


def affine(layer: Any, vector: numpy.ndarray) -> numpy.ndarray:
    """A linear layer in numpy."""
    parameters = {name: parameter.detach().double().numpy() for name, parameter in layer.named_parameters()}
    result: numpy.ndarray = parameters["weight"] @ vector + parameters.get("bias", 0.0)
    return result


def shaken(module: nn.Module, seed: int = 0) -> nn.Module:
    """The module with random weights everywhere, also where it starts at zero."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.add_(0.3 * torch.randn(parameter.shape, generator=generator))
    return module


def assert_equal(result: torch.Tensor, expected: list[numpy.ndarray]) -> None:
    """Every node's vector is as expected, and the nodes differ."""
    assert numpy.allclose(result.detach().numpy(), numpy.stack(expected), atol=1e-5)
    assert result.std(dim=0).max() > 1e-3
