"""The nodes that one layer expands in one relation, and the edges that each may draw."""

from __future__ import annotations

import dataclasses
from typing import Protocol, TypeAlias

import numpy
import numpy.typing

from components.train_gnn.sampler.eligible_edges import eligible_edges, place_draws, place_draws_by_node
from components.train_gnn.sampler.relation import Relation
from schemas.graph_artifact import EdgeType, IntArray

KeyArray: TypeAlias = numpy.typing.NDArray[numpy.uint64]

EVERY_EDGE = -1
"""A fan-out that takes all eligible edges."""


@dataclasses.dataclass(frozen=True)
class Frontier:
    """Nodes to expand in one relation.

    Attributes:
        relation: The relation; the nodes are of its target kind.
        first: Where the nodes start among the sampled nodes of their kind.
        node: Node indices [nodes].
        tree: The tree of each [nodes].
        key: The random key of each [nodes].
        instant: The seed's time of each tree [trees].
        start: First eligible edge of each node [nodes].
        stop: One past the last eligible edge of each node [nodes].
        offset: Running count of the draws: node i draws offset[i + 1] - offset[i] edges [nodes + 1].
        replace: Whether an edge can be drawn twice.
    """

    relation: Relation
    first: int
    node: IntArray
    tree: IntArray
    key: KeyArray
    instant: IntArray
    start: IntArray
    stop: IntArray
    offset: IntArray
    replace: bool

    @property
    def draws(self) -> int:
        """Number of edges to draw."""
        return int(self.offset[-1])


class Sample(Protocol):
    """Nodes and edges sampled so far: SampledTrees or MergedGraph."""

    node: dict[str, IntArray]
    tree: dict[str, IntArray]
    key: dict[str, KeyArray]
    ends: dict[EdgeType, IntArray]

    def add_layer(self, frontiers: list[Frontier], positions: list[IntArray], expands: bool) -> None:
        """Adds the edges that one layer drew."""


class Strategy(Protocol):
    """How edges are chosen among the eligible ones."""

    def draw(self, frontier: Frontier, position: IntArray) -> None:
        """Draws every node's edges.

        Args:
            frontier: The nodes and their eligible edges.
            position: Receives the positions of the drawn edges, by node [draws].
        """


def make_frontier(
    relation: Relation,
    first: int,
    node: IntArray,
    tree: IntArray,
    key: KeyArray,
    instant: IntArray,
    look_back: int | None,
    fan_out: int | IntArray,
    replace: bool,
) -> Frontier:
    """Finds the eligible edges of nodes and where their draws go; see Frontier for what is not named here.

    `look_back` is how many microseconds before the seed's time an edge may lie, None for no limit; `fan_out` is the
    number of edges to draw for a node, EVERY_EDGE for all, or a number for each node.
    """
    start, stop = eligible_slices(relation, node, tree, instant, look_back)
    offset = numpy.empty(len(node) + 1, dtype=numpy.int64)
    if isinstance(fan_out, int):
        place_draws(start, stop, len(relation.edges.row) if fan_out == EVERY_EDGE else fan_out, replace, offset)
    else:
        place_draws_by_node(start, stop, fan_out, replace, offset)
    return Frontier(relation, first, node, tree, key, instant, start, stop, offset, replace)


def eligible_slices(
    relation: Relation, node: IntArray, tree: IntArray, instant: IntArray, look_back: int | None
) -> tuple[IntArray, IntArray]:
    """The first eligible edge of each node and one past the last, [nodes] each; see make_frontier."""
    edges = relation.edges
    start, stop = numpy.empty(len(node), dtype=numpy.int64), numpy.empty(len(node), dtype=numpy.int64)
    limit = -1 if look_back is None else look_back
    eligible_edges(edges.colptr, edges.time, relation.guide, node, tree, instant, limit, start, stop)
    return start, stop
