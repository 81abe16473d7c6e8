"""Joins the edges that stay of an earlier graph with newer ones, without sorting either again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy
import numpy.typing

from components.build_graph.base_relation import BaseChunk, BaseRelation
from components.build_graph.compressed_arrays import CompressedArrays
from schemas.graph_artifact import Edges, IntArray, RowArray


def write_merged(
    base: BaseRelation,
    source_index: RowArray,
    target_index: RowArray,
    added: Edges,
    folder: Path,
    weighted: bool,
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
        weighted: Whether they are edges, which have a weight.

    Returns:
        What was written.
    """
    targets = len(added.colptr) - 1
    old = numpy.zeros(targets, numpy.int64)
    stays = numpy.flatnonzero(base.degree)
    old[target_index[stays]] = base.degree[stays]
    degree = old + numpy.diff(added.colptr)
    arrays = CompressedArrays.create(folder, int(degree.sum()), weighted)
    position = 0
    for span, chunk in _spans(base, target_index, targets):
        new = slice(int(added.colptr[span.start]), int(added.colptr[span.stop]))
        counts = numpy.stack([old[span], numpy.diff(added.colptr[span.start : span.stop + 1])], axis=1)  # [targets, 2]
        is_new = numpy.repeat(numpy.tile([False, True], span.stop - span.start), counts.ravel())
        part = slice(position, position + len(is_new))
        kept_rows = base.edges.row[:0] if chunk is None else base.edges.row[chunk.edges][chunk.kept]
        _fill(arrays.row[part], is_new, source_index[kept_rows], added.row[new])
        kept_times = base.edges.time[:0] if chunk is None else base.edges.time[chunk.edges][chunk.kept]
        _fill(arrays.time[part], is_new, kept_times, added.time[new])
        if arrays.weight is not None:
            kept_weights = base.edges.weight[:0] if chunk is None else base.edges.weight[chunk.edges][chunk.kept]
            _fill(arrays.weight[part], is_new, kept_weights, added.weight[new])
        position = part.stop
    return arrays.finish(degree)


def _spans(base: BaseRelation, target_index: RowArray, targets: int) -> Iterator[tuple[slice, BaseChunk | None]]:
    """Every new target once, in order, with the chunk of the earlier graph that holds its edges."""
    start = 0
    for chunk in base.chunks():
        present = numpy.flatnonzero(numpy.diff(chunk.colptr))
        if len(present):
            stop = int(target_index[chunk.targets.start + present[-1]]) + 1
            yield slice(start, stop), chunk
            start = stop
    yield slice(start, targets), None


def _fill(
    output: numpy.typing.NDArray[numpy.generic],
    is_new: numpy.typing.NDArray[numpy.bool_],
    old: IntArray | RowArray | numpy.typing.NDArray[numpy.float32],
    new: IntArray | RowArray | numpy.typing.NDArray[numpy.float32],
) -> None:
    merged = numpy.empty(len(is_new), output.dtype)
    merged[is_new] = new
    merged[~is_new] = old
    output[:] = merged
