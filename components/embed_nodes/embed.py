"""Exact full-neighbourhood embeddings at an instant."""

from __future__ import annotations

import numpy
import torch

from components.train_gnn.graph_tables import GraphTables
from components.train_gnn.inputs.node_inputs import NodeInputs
from components.train_gnn.inputs.orders import recent_order_rows
from components.train_gnn.message_block import MessageBlock
from components.train_gnn.network import GraphNetwork
from schemas.graph_artifact import RECENT_ORDERS, FloatArray
from schemas.instants import Instant


@torch.no_grad()
def embed_at_instant(
    network: GraphNetwork, tables: GraphTables, block: MessageBlock, instant: Instant
) -> dict[str, FloatArray]:
    """Embeds every node from everything known strictly before the instant.

    Args:
        network: The trained network.
        tables: The graph's features.
        block: Its edges at the instant; every layer works on the whole of them.
        instant: The refresh; orders are taken strictly before it too (rule 7).

    Returns:
        Embeddings by kind of node, float32 [nodes, size].
    """
    users = numpy.arange(tables.users)
    instants = numpy.full(tables.users, instant, dtype=numpy.int64)
    rows, pooled_rows = (
        torch.from_numpy(recent_order_rows(tables.orders, users, instants, count))
        for count in (RECENT_ORDERS, network.pooled_orders)
    )
    every = (torch.arange(count) for count in (tables.users, tables.contents, tables.brands))
    inputs = NodeInputs(rows, pooled_rows, tables.content_rows, *every)
    embedding = network(inputs, [block] * network.layers)
    return {kind: vectors.numpy() for kind, vectors in embedding.items()}
