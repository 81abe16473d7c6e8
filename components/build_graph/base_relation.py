"""One relation of an earlier graph: which of its edges stay in a later window."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator
from typing import Any

import numpy
import numpy.typing

from schemas.graph_artifact import Edges, IntArray
from schemas.instants import Instant
from schemas.time_search import first_not_before

EDGES_AT_ONCE = 1 << 18
NEVER: Instant = numpy.iinfo(numpy.int64).max

Mask = numpy.typing.NDArray[numpy.bool_]
Array = numpy.typing.NDArray[Any]


def read_part(array: Array, part: slice) -> Array:
    """Reads a part of a memory-mapped array by reading the file: no page of the map has to be set up for it."""
    if not isinstance(array, numpy.memmap) or array.filename is None:
        return array[part]
    offset = array.offset + part.start * array.itemsize
    return numpy.fromfile(array.filename, array.dtype, count=part.stop - part.start, offset=offset)


@dataclasses.dataclass(frozen=True)
class BaseChunk:
    """Consecutive targets with all their edges.

    Attributes:
        targets: Which targets.
        edges: Which edges.
        kept: bool [edges of the chunk], those that may stay; None where all of them may.
        starts: Where each target's staying edges start among those of `kept` [targets of the chunk].
    """

    targets: slice
    edges: slice
    kept: Mask | None
    starts: IntArray

    def read(self, array: Array) -> Array:
        """The values of the edges of `kept`."""
        values = read_part(array, self.edges)
        return values if self.kept is None else values[self.kept]


@dataclasses.dataclass(frozen=True)
class BaseRelation:
    """Edges of an earlier graph, and which of them stay; nothing is read before it is needed.

    Attributes:
        edges: As the earlier graph has them, memory-mapped.
        source_stays: bool [sources], by `row`.
        target_stays: bool [targets].
        first_time: Earlier edges go; None where the relation reaches back without limit.
    """

    edges: Edges
    source_stays: Mask
    target_stays: Mask
    first_time: Instant | None

    def chunks(self) -> Iterator[BaseChunk]:
        """Every target once, in order, a few hundred thousand edges at a time."""
        for targets, edges in self._parts():
            if self._only_the_window_cuts:
                yield BaseChunk(targets, edges, None, self._first_in_window[targets] - edges.start)
            else:
                degree = self.degree[targets]
                yield BaseChunk(targets, edges, self._staying(targets, edges), numpy.cumsum(degree) - degree)

    def _parts(self) -> Iterator[tuple[slice, slice]]:
        """Consecutive targets, and their edges."""
        colptr, targets = self.edges.colptr, len(self.edges.colptr) - 1
        first = 0
        while first < targets:
            last = int(numpy.searchsorted(colptr, colptr[first] + EDGES_AT_ONCE, side="right")) - 1
            last = min(max(last, first + 1), targets)
            yield slice(first, last), slice(int(colptr[first]), int(colptr[last]))
            first = last

    def _staying(self, targets: slice, edges: slice) -> Mask:
        """Bool [edges], those that stay."""
        colptr = self.edges.colptr[targets.start : targets.stop + 1]
        kept = numpy.repeat(self.target_stays[targets], numpy.diff(colptr))
        kept &= self.source_stays[read_part(self.edges.row, edges)]
        if self.first_time is not None:
            kept &= read_part(self.edges.time, edges) >= self.first_time
        return kept

    @functools.cached_property
    def _only_the_window_cuts(self) -> bool:
        return bool(self.source_stays.all() and self.target_stays.all())

    @functools.cached_property
    def _first_in_window(self) -> IntArray:
        """int64 [targets]: the first edge of each target that the window does not cut; edges are sorted by time."""
        starts, stops = self.edges.colptr[:-1], self.edges.colptr[1:]
        if self.first_time is None:
            return starts
        return first_not_before(self.edges.time, starts, stops, numpy.full(len(starts), self.first_time))

    def count(self) -> None:
        """Works out degree and first_seen; numpy does so without holding up other threads."""
        _ = self._counted

    @functools.cached_property
    def degree(self) -> IntArray:
        """int64 [targets]: how many edges of each target stay."""
        return self._counted[0]

    @functools.cached_property
    def first_seen(self) -> IntArray:
        """int64 [targets]: the time of the first edge that stays; NEVER where none does."""
        return self._counted[1]

    @functools.cached_property
    def _counted(self) -> tuple[IntArray, IntArray]:
        if self._only_the_window_cuts:
            return self._counted_of_window()
        targets = len(self.edges.colptr) - 1
        degree, first_seen = numpy.zeros(targets, numpy.int64), numpy.full(targets, NEVER)
        for part, edges in self._parts():
            kept = self._staying(part, edges)
            starts = self.edges.colptr[part] - edges.start
            some = numpy.flatnonzero(numpy.diff(self.edges.colptr[part.start : part.stop + 1]))
            if not len(some):
                continue
            degree[part.start + some] = numpy.add.reduceat(kept, starts[some], dtype=numpy.int64)
            stay = numpy.flatnonzero(degree[part])
            # Edges are sorted by time: the first that stays is the oldest.
            before = numpy.concatenate([[0], numpy.cumsum(degree[part])])[stay]
            earliest = numpy.flatnonzero(kept)[before]
            first_seen[part.start + stay] = read_part(self.edges.time, edges)[earliest]
        return degree, first_seen

    def _counted_of_window(self) -> tuple[IntArray, IntArray]:
        """Where nothing but the window cuts edges, those that stay need not be looked at one by one."""
        first = self._first_in_window
        degree = self.edges.colptr[1:] - first
        first_seen = numpy.full(len(degree), NEVER)
        stay = numpy.flatnonzero(degree)
        first_seen[stay] = self.edges.time[first[stay]]
        return degree, first_seen
