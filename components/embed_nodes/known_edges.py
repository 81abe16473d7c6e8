"""Which edges a refresh may see, as positions in the memory-mapped graph: nothing is copied before it is needed."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy
import numpy.typing

from components.train_gnn.graph_tables import GraphTables
from schemas.graph_artifact import WINDOWED, Edges, EdgeType, IntArray, RowArray
from schemas.instants import Duration, Instant
from schemas.time_search import first_not_before


@dataclasses.dataclass(frozen=True)
class KnownEdges:
    """The edges of the window strictly before an instant. Times ascend for each target, so that they are one slice.

    Attributes:
        instant: The refresh.
        nodes: Number of nodes by kind.
        edges: Every relation of the graph, memory-mapped.
        start, stop: The known in-edges of target i of a relation lie in [start[i], stop[i]) [targets].
    """

    instant: Instant
    nodes: dict[str, int]
    edges: dict[EdgeType, Edges]
    start: dict[EdgeType, IntArray]
    stop: dict[EdgeType, IntArray]

    def degree(self, edge_type: EdgeType) -> IntArray:
        """Number of known in-edges of each target [targets]."""
        return self.stop[edge_type] - self.start[edge_type]

    def in_degree(self, kind: str) -> IntArray:
        """Number of known in-edges of each node of a kind over all relations [nodes]."""
        degrees = (self.degree(edge_type) for edge_type in self.edges if edge_type[2] == kind)
        return sum(degrees, start=numpy.zeros(self.nodes[kind], dtype=numpy.int64))

    def positions(self, edge_type: EdgeType, targets: IntArray) -> tuple[IntArray, slice | IntArray]:
        """Where the in-edges of some targets lie.

        Args:
            edge_type: The relation.
            targets: Node indices.

        Returns:
            colptr: int64 [targets + 1]; target i has the positions [colptr[i], colptr[i + 1]).
            position: Of each edge, by target, then time: a slice where they lie side by side [edges].
        """
        start, stop = self.start[edge_type][targets], self.stop[edge_type][targets]
        colptr = numpy.concatenate([[0], numpy.cumsum(stop - start)])
        if not colptr[-1]:
            return colptr, slice(0, 0)
        if numpy.array_equal(start[1:], stop[:-1]):
            return colptr, slice(int(start[0]), int(stop[-1]))
        return colptr, numpy.repeat(start - colptr[:-1], stop - start) + numpy.arange(colptr[-1])

    def sources(self, edge_type: EdgeType, targets: IntArray, edges_at_a_time: int) -> Iterator[RowArray]:
        """Sources of the in-edges of some targets, a part at a time, repeats included [edges of the part]."""
        for part in parts(self.degree(edge_type)[targets], len(targets), edges_at_a_time):
            _, position = self.positions(edge_type, targets[part])
            yield numpy.asarray(self.edges[edge_type].row[position])


def known_edges(tables: GraphTables, instant: Instant, window: Duration) -> KnownEdges:
    """Finds the edges that a refresh may see.

    Args:
        tables: The graph, which may reach beyond the instant.
        instant: The refresh; only edges strictly before it are taken (rule 5).
        window: How far views and clicks reach back, microseconds.
    """
    start, stop = {}, {}
    for edge_type, edges in tables.edges.items():
        first, last = numpy.asarray(edges.colptr[:-1]), numpy.asarray(edges.colptr[1:])
        stop[edge_type] = _first_not_before(edges.time, first, last, instant)
        if edge_type[1] in WINDOWED:
            first = _first_not_before(edges.time, first, stop[edge_type], instant - window)
        start[edge_type] = first
    nodes = {"user": tables.users, "content": tables.contents, "brand": tables.brands}
    return KnownEdges(instant, nodes, tables.edges, start, stop)


def _first_not_before(time: IntArray, start: IntArray, stop: IntArray, instant: Instant) -> IntArray:
    """For each slice the first position whose time is not before the instant; ends are looked at first [slices]."""
    result = start.copy()
    filled = numpy.flatnonzero(stop > start)
    before = filled[time[start[filled]] < instant]
    beyond = time[stop[before] - 1] < instant
    result[before[beyond]] = stop[before[beyond]]
    inside = before[~beyond]
    result[inside] = first_not_before(time, start[inside], stop[inside], numpy.full(len(inside), instant))
    return result


def parts(degree: IntArray, nodes_at_a_time: int, edges_at_a_time: int) -> Iterator[slice]:
    """Cuts nodes into parts of limited size, at least one node each.

    Args:
        degree: Number of in-edges of each node [nodes].
        nodes_at_a_time: Largest number of nodes of a part.
        edges_at_a_time: Largest number of edges of a part of several nodes.

    Yields:
        Consecutive slices of the nodes.
    """
    running = numpy.cumsum(degree)
    begin, before = 0, 0
    while begin < len(degree):
        fitting = int(numpy.searchsorted(running, before + edges_at_a_time, side="right"))
        end = max(begin + 1, min(begin + nodes_at_a_time, fitting))
        yield slice(begin, end)
        begin, before = end, int(running[end - 1])
