"""The graph as it was known at a refresh: edges of the window strictly before it, nothing younger."""

from __future__ import annotations

import numpy
import torch

from components.train_gnn.graph_tables import GraphTables
from components.train_gnn.message_block import MessageBlock, sparse_adjacency
from components.train_gnn.message_weights import message_weights
from components.train_gnn.settings import MessageSettings
from schemas.graph_artifact import WINDOWED
from schemas.instants import Duration, Instant


def graph_at_instant(
    tables: GraphTables, instant: Instant, window: Duration, messages: MessageSettings
) -> MessageBlock:
    """Selects the edges that a refresh may see.

    Args:
        tables: The graph, which may reach beyond the instant.
        instant: The refresh; only edges strictly before it are taken (rule 5).
        window: How far views and clicks reach back, microseconds.
        messages: What each edge counts.
    """
    nodes = {"user": tables.users, "content": tables.contents, "brand": tables.brands}
    adjacency, degree = {}, {}
    for edge_type, edges in tables.edges.items():
        source, relation, _ = edge_type
        kept = edges.time < instant
        if relation in WINDOWED:
            kept &= edges.time >= instant - window
        selected = edges.select(kept)
        instants = numpy.full(len(selected.row), instant, dtype=numpy.int64)
        weight = message_weights(edge_type, selected.time, selected.weight, instants, messages)
        adjacency[edge_type] = sparse_adjacency(
            torch.from_numpy(selected.colptr),
            torch.from_numpy(selected.row.astype(numpy.int64)),
            torch.from_numpy(weight),
            nodes[source],
        )
        degree[edge_type] = torch.from_numpy(numpy.diff(selected.colptr))
    own = {kind: torch.arange(count) for kind, count in nodes.items()}
    return MessageBlock(adjacency, degree, own)
