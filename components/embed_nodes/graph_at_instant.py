"""The graph as it was known at a refresh: edges of the window strictly before it, nothing younger."""

from __future__ import annotations

import dataclasses

import numpy
import torch

from components.train_gnn.graph_tables import GraphTables
from schemas.graph_artifact import Edges, EdgeType
from schemas.instants import Duration, Instant

WINDOWED: tuple[str, ...] = ("views", "clicks", "viewed_by", "clicked_by")
"""Relations that the window cuts; follows and what a content features reach back beyond it."""


@dataclasses.dataclass(frozen=True)
class GraphAtInstant:
    """Adjacency of the whole graph at one instant.

    Attributes:
        adjacency: For each relation a sparse CSR tensor of ones [targets, sources].
        degree: For each relation the in-edges of every target [targets].
    """

    adjacency: dict[EdgeType, torch.Tensor]
    degree: dict[EdgeType, torch.Tensor]


def graph_at_instant(tables: GraphTables, instant: Instant, window: Duration) -> GraphAtInstant:
    """Selects the edges that a refresh may see.

    Args:
        tables: The graph, which may reach beyond the instant.
        instant: The refresh; only edges strictly before it are taken (rule 5).
        window: How far views and clicks reach back, microseconds.
    """
    nodes = {"user": tables.users, "content": tables.contents, "brand": tables.brands}
    adjacency, degree = {}, {}
    for edge_type, edges in tables.edges.items():
        source, relation, target = edge_type
        kept = edges.time < instant
        if relation in WINDOWED:
            kept &= edges.time >= instant - window
        selected = edges.select(kept)
        adjacency[edge_type] = _sparse(selected, nodes[target], nodes[source])
        degree[edge_type] = torch.from_numpy(numpy.diff(selected.colptr))
    return GraphAtInstant(adjacency, degree)


def _sparse(edges: Edges, targets: int, sources: int) -> torch.Tensor:
    return torch.sparse_csr_tensor(
        torch.from_numpy(numpy.ascontiguousarray(edges.colptr)),
        torch.from_numpy(edges.row.astype(numpy.int64)),
        torch.ones(len(edges.row)),
        size=(targets, sources),
        check_invariants=False,
    )
