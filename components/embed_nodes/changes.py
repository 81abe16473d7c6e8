"""What a later instant changes: which inputs and edges are no longer the same, and whose vectors that reaches."""

from __future__ import annotations

import dataclasses

import numpy

from components.embed_nodes.event_times import orders_known
from components.embed_nodes.known_edges import KnownEdges
from components.embed_nodes.layer_vectors import LayerVectors, NodeMask
from components.embed_nodes.needed_nodes import mark_sources
from components.train_gnn.graph_tables import GraphTables
from components.train_gnn.message_weights import CLICKED
from components.train_gnn.settings import MessageSettings
from schemas.graph_artifact import WINDOWED, Edges, known_click_weight, reverse_of
from schemas.instants import Instant


@dataclasses.dataclass(frozen=True)
class Changes:
    """Which nodes are not what they were.

    Attributes:
        inputs: By kind, whose input features changed.
        edges: By kind, whose in-edges changed: came, left the window, or weigh something else.
    """

    inputs: dict[str, NodeMask]
    edges: dict[str, NodeMask]


def everything(nodes: dict[str, int]) -> Changes:
    """As if nothing were known of before.

    Args:
        nodes: Number of nodes by kind.
    """
    return Changes(*({kind: numpy.ones(count, dtype=bool) for kind, count in nodes.items()} for _ in range(2)))


def changes_between(
    before: KnownEdges, now: KnownEdges, tables: GraphTables, messages: MessageSettings, edges_at_a_time: int
) -> Changes:
    """What changed in one graph from an instant to a later one.

    Args:
        before: The graph at the one instant.
        now: The same graph at the other.
        tables: The graph's features.
        messages: What each edge counts; with a half-life every view and click weighs less at each instant.
        edges_at_a_time: How many edges may be looked at together.
    """
    edges = {kind: numpy.zeros(count, dtype=bool) for kind, count in now.nodes.items()}
    for edge_type in now.edges:
        relation, target = edge_type[1:]
        changed = edges[target]
        changed |= before.start[edge_type] != now.start[edge_type]
        changed |= before.stop[edge_type] != now.stop[edge_type]
        if messages.half_life is not None and relation in WINDOWED:
            changed |= now.degree(edge_type) > 0
        elif messages.dwell and relation in CLICKED:
            changed |= _dwell_became_known(now.edges[edge_type], before.instant, now.instant, edges_at_a_time)
    inputs = {kind: numpy.zeros(count, dtype=bool) for kind, count in now.nodes.items()}
    inputs["user"] = orders_known(tables.orders, before.instant) != orders_known(tables.orders, now.instant)
    return Changes(inputs, edges)


def invalidate(vectors: LayerVectors, changes: Changes, now: KnownEdges, edges_at_a_time: int) -> None:
    """Marks every vector invalid that a change reaches: layer by layer, along the known edges.

    Args:
        vectors: Whose marks are changed.
        changes: Since the vectors were computed.
        now: The graph after the changes. A node that lost an edge is among the changes itself, so that the edges of
            now suffice.
        edges_at_a_time: How many edges may be looked at together.
    """
    reached = changes.inputs
    for layer, valid in enumerate(vectors.valid):
        if layer:
            heard = {kind: changes.edges[kind] | mask for kind, mask in reached.items()}
            for edge_type in now.edges:
                source, _, target = edge_type
                # The targets of a node's out-edges are the sources of its in-edges in the reverse relation.
                mark_sources(now, reverse_of(edge_type), reached[source], heard[target], edges_at_a_time)
            reached = heard
        for kind, mask in reached.items():
            valid[kind] &= ~mask


def _dwell_became_known(edges: Edges, before: Instant, now: Instant, edges_at_a_time: int) -> NodeMask:
    """Targets of a click whose dwell was not known at `before` and is at `now`, or the other way round [targets]."""
    changed = numpy.zeros(len(edges.colptr) - 1, dtype=bool)
    for begin in range(0, len(edges.row), edges_at_a_time):
        part = slice(begin, begin + edges_at_a_time)
        time, weight = edges.time[part], edges.weight[part]
        differs = known_click_weight(time, weight, before) != known_click_weight(time, weight, now)
        position = begin + numpy.flatnonzero(differs)
        changed[numpy.searchsorted(edges.colptr, position, side="right") - 1] = True
    return changed
