"""Input vectors of some nodes at an instant, a part at a time."""

from __future__ import annotations

from collections.abc import Iterator

import numpy
import torch
from torch import Tensor

from components.train_gnn.graph_tables import GraphTables
from components.train_gnn.inputs.node_inputs import NodeInputs
from components.train_gnn.inputs.orders import recent_order_rows
from components.train_gnn.network import GraphNetwork
from schemas.graph_artifact import RECENT_ORDERS, FloatArray, IntArray
from schemas.instants import Instant

_COMPANIONS = 64
"""Full histories that are encoded beside each part's. The recurrence works on fewer and fewer histories, longest last,
and products of few rows round differently; with companions a user's vector has the same bits in any part (tested)."""


def input_vectors(
    network: GraphNetwork,
    tables: GraphTables,
    kind: str,
    nodes: IntArray,
    instant: Instant,
    articles: Tensor,
    nodes_at_a_time: int,
) -> Iterator[tuple[IntArray, FloatArray]]:
    """Input vectors as they were at the instant.

    Args:
        network: The trained network.
        tables: The graph's features.
        kind: Of the nodes.
        nodes: Node indices.
        instant: Orders are taken strictly before it (rule 7).
        articles: The network's article vectors [articles + 1, size].
        nodes_at_a_time: Nodes of a part.

    Yields:
        Nodes of a part, and their vectors [nodes, size].
    """
    for begin in range(0, len(nodes), nodes_at_a_time):
        part = nodes[begin : begin + nodes_at_a_time]
        inputs = _node_inputs(tables, kind, part, instant, network.pooled_orders)
        yield part, network.inputs(inputs, articles)[kind][: len(part)].numpy()


def _node_inputs(tables: GraphTables, kind: str, nodes: IntArray, instant: Instant, pooled_orders: int) -> NodeInputs:
    orders, pooled = (torch.zeros(0, count, dtype=torch.long) for count in (RECENT_ORDERS, pooled_orders))
    contents = tables.content_rows[:0]
    index = {each: torch.zeros(0, dtype=torch.long) for each in tables.nodes} | {kind: torch.from_numpy(nodes)}
    if kind == "user":
        instants = numpy.full(len(nodes), instant, dtype=numpy.int64)
        last_article = len(tables.article_embedding) - 1
        companions = numpy.full(_COMPANIONS if last_article else 0, last_article)
        orders, pooled = (
            torch.from_numpy(
                numpy.concatenate(
                    [
                        recent_order_rows(tables.orders, nodes, instants, count),
                        numpy.repeat(companions[:, None], count, axis=1),
                    ]
                )
            )
            for count in (RECENT_ORDERS, pooled_orders)
        )
        index[kind] = torch.from_numpy(numpy.concatenate([nodes, numpy.full(len(companions), nodes[0])]))
    elif kind == "content":
        contents = tables.content_rows[index[kind]]
    return NodeInputs(orders, pooled, contents, **index)
