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
        kept: bool [edges of the chunk], those that stay.
    """

    targets: slice
    edges: slice
    kept: Mask


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
        """Every target once, in order, a few million edges at a time."""
        colptr, targets = self.edges.colptr, len(self.edges.colptr) - 1
        all_sources = bool(self.source_stays.all())
        first = 0
        while first < targets:
            last = int(numpy.searchsorted(colptr, colptr[first] + EDGES_AT_ONCE, side="right")) - 1
            last = min(max(last, first + 1), targets)
            edges = slice(int(colptr[first]), int(colptr[last]))
            if self.target_stays[first:last].all():
                kept = numpy.ones(edges.stop - edges.start, bool)
            else:
                kept = numpy.repeat(self.target_stays[first:last], numpy.diff(colptr[first : last + 1]))
            if not all_sources:
                kept &= self.source_stays[read_part(self.edges.row, edges)]
            if self.first_time is not None:
                kept &= read_part(self.edges.time, edges) >= self.first_time
            yield BaseChunk(slice(first, last), edges, kept)
            first = last

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
        targets = len(self.edges.colptr) - 1
        degree, first_seen = numpy.zeros(targets, numpy.int64), numpy.full(targets, NEVER)
        for chunk in self.chunks():
            starts = self.edges.colptr[chunk.targets] - chunk.edges.start
            some = numpy.flatnonzero(numpy.diff(self.edges.colptr[chunk.targets.start : chunk.targets.stop + 1]))
            if not len(some):
                continue
            degree[chunk.targets.start + some] = numpy.add.reduceat(chunk.kept, starts[some], dtype=numpy.int64)
            stay = numpy.flatnonzero(degree[chunk.targets])
            # Edges are sorted by time: the first that stays is the oldest.
            before = numpy.concatenate([[0], numpy.cumsum(degree[chunk.targets])])[stay]
            earliest = numpy.flatnonzero(chunk.kept)[before]
            first_seen[chunk.targets.start + stay] = read_part(self.edges.time, chunk.edges)[earliest]
        return degree, first_seen
