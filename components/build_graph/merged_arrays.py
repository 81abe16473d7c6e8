"""Joins the edges that stay of an earlier graph with newer ones, without sorting either again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import numpy
import numpy.typing

from components.build_graph.base_relation import Array, BaseChunk, BaseRelation
from components.build_graph.compressed_arrays import CompressedWriter
from components.build_graph.runs import Runs
from schemas.graph_artifact import Edges, IntArray, RowArray


def write_merged(
    base: BaseRelation,
    source_index: RowArray,
    target_index: RowArray,
    added: Edges,
    folder: Path,
    weight: Literal["dwell", "one"] | None,
) -> Edges:
    """Writes the edges of both, in the order of a graph built from scratch.

    Nodes keep their order from graph to graph (it is that of their ids), so that the edges that stay are sorted
    already; every added edge is younger than all of them, so that it follows those of its target.

    Args:
        base: Edges of the earlier graph.
        source_index: int32 [sources of the earlier graph], index in the new one; -1 for those that go.
        target_index: int32 [targets of the earlier graph], the same.
        added: Newer edges, in the new indices.
        folder: Where the arrays go.
        weight: Whether their weight tells a dwell, is always 1, or there is none (orders).

    Returns:
        What was written.
    """
    targets = len(added.colptr) - 1
    old = numpy.zeros(targets, numpy.int64)
    stays = numpy.flatnonzero(base.degree)
    old[target_index[stays]] = base.degree[stays]
    degree = old + numpy.diff(added.colptr)
    with CompressedWriter(folder, int(degree.sum()), weighted=weight is not None) as writer:
        for span, chunk in _spans(base, target_index, targets):
            merge = _Merge(base, chunk, target_index, old[span], added, span)
            writer.append(
                merge.merged(base.edges.row, added.row, source_index),
                merge.merged(base.edges.time, added.time),
                merge.merged(base.edges.weight, added.weight) if weight == "dwell" else None,
            )
        return writer.finish(degree)


class _Merge:
    """How the edges of one chunk, and those added to its targets, follow each other.

    For every target come the edges that stay, then the added ones: two runs of what both are, laid end to end.

    Args:
        base: Edges of the earlier graph.
        chunk: Of the earlier graph; None where only added edges are left.
        target_index: int32 [targets of the earlier graph], index in the new one.
        old: How many edges stay of each new target [targets of the span].
        added: Newer edges.
        span: Which new targets.
    """

    def __init__(
        self,
        base: BaseRelation,
        chunk: BaseChunk | None,
        target_index: RowArray,
        old: IntArray,
        added: Edges,
        span: slice,
    ) -> None:
        self._chunk = chunk
        self._added = slice(int(added.colptr[span.start]), int(added.colptr[span.stop]))
        first_old, earlier = numpy.zeros(len(old), numpy.int64), 0
        if chunk is not None:
            stays = numpy.flatnonzero(base.degree[chunk.targets])
            first_old[target_index[chunk.targets][stays] - span.start] = chunk.starts[stays]
            earlier = chunk.edges.stop - chunk.edges.start if chunk.kept is None else int(chunk.kept.sum())
        first_added = earlier + added.colptr[span] - self._added.start
        lengths = numpy.stack([old, numpy.diff(added.colptr[span.start : span.stop + 1])], axis=1).ravel()
        self._runs = Runs(numpy.stack([first_old, first_added], axis=1).ravel(), lengths)

    def merged(self, earlier: Array, added: Array, index: RowArray | None = None) -> Array:
        """Merges one array; the values of the earlier one are mapped through `index`."""
        new = added[self._added]
        if self._chunk is None:
            return new
        values = self._chunk.read(earlier)
        return self._runs.of(numpy.concatenate([values if index is None else index[values], new]))


def _spans(base: BaseRelation, target_index: RowArray, targets: int) -> Iterator[tuple[slice, BaseChunk | None]]:
    """Every new target once, in order, with the chunk of the earlier graph that holds its edges."""
    start = 0
    for chunk in base.chunks():
        present = numpy.flatnonzero(base.degree[chunk.targets])
        if len(present):
            stop = int(target_index[chunk.targets.start + present[-1]]) + 1
            yield slice(start, stop), chunk
            start = stop
    yield slice(start, targets), None
