"""Joins the edges that stay of an earlier graph with newer ones, without sorting either again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import numpy
import numpy.typing

from components.build_graph.base_relation import Array, BaseChunk, BaseRelation, Mask, read_part
from components.build_graph.compressed_arrays import CompressedWriter
from schemas.graph_artifact import Edges, RowArray


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
            new = slice(int(added.colptr[span.start]), int(added.colptr[span.stop]))
            counts = [old[span], numpy.diff(added.colptr[span.start : span.stop + 1])]
            is_new = numpy.repeat(
                numpy.tile([False, True], span.stop - span.start), numpy.stack(counts, axis=1).ravel()
            )
            merge = _Merge(chunk, is_new)
            writer.append(
                merge.merged(base.edges.row, added.row[new], source_index),
                merge.merged(base.edges.time, added.time[new]),
                merge.merged(base.edges.weight, added.weight[new]) if weight == "dwell" else None,
            )
        return writer.finish(degree)


class _Merge:
    """How the edges of one chunk, and those added to its targets, follow each other.

    Args:
        chunk: Of the earlier graph; None where only added edges are left.
        is_new: bool [edges], which of the merged edges are added ones.
    """

    def __init__(self, chunk: BaseChunk | None, is_new: Mask) -> None:
        self._chunk, self._is_new, self._is_old = chunk, is_new, ~is_new

    def merged(self, earlier: Array, added: Array, index: RowArray | None = None) -> Array:
        """Merges one array; the values of the earlier one are mapped through `index`."""
        merged = numpy.empty(len(self._is_new), earlier.dtype)
        merged[self._is_new] = added
        if self._chunk is not None:
            kept = read_part(earlier, self._chunk.edges)[self._chunk.kept]
            merged[self._is_old] = kept if index is None else index[kept]
        return merged


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
