"""Exact full-neighbourhood embeddings at an instant."""

from __future__ import annotations

import numpy
import torch

from components.embed_nodes.graph_at_instant import GraphAtInstant
from components.train_gnn.graph_tables import GraphTables
from components.train_gnn.inputs.node_inputs import NodeInputs
from components.train_gnn.inputs.orders import order_histories
from components.train_gnn.network import GraphNetwork
from schemas.graph_artifact import FloatArray
from schemas.instants import Instant


@torch.no_grad()
def embed_at_instant(
    network: GraphNetwork, tables: GraphTables, graph: GraphAtInstant, instant: Instant
) -> dict[str, FloatArray]:
    """Embeds every node from everything known strictly before the instant.

    Args:
        network: The trained network.
        tables: The graph's features.
        graph: Its edges at the instant.
        instant: The refresh; orders are taken strictly before it too (rule 7).

    Returns:
        Embeddings by kind of node, float32 [nodes, size].
    """
    users = numpy.arange(tables.users)
    histories = order_histories(tables.orders, users, numpy.full(tables.users, instant, dtype=numpy.int64))
    inputs = NodeInputs(
        order_rows=torch.from_numpy(histories.rows),
        order_index=torch.from_numpy(histories.index),
        content_rows=tables.content_rows,
        brand=torch.arange(tables.brands),
    )
    embedding = network(inputs, graph.adjacency, graph.degree)
    return {kind: vectors.numpy() for kind, vectors in embedding.items()}
