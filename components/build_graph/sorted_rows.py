"""Sorts the rows of one relation, in the engine where they may not fit memory, and writes memory-mapped arrays."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Never

import ibis
import ibis.expr.types
import numpy
import pyarrow
import tqdm

from components.build_graph.compressed_arrays import CompressedWriter
from components.build_graph.loaded_rows import LoadedRows
from components.engine.engine import Engine
from schemas.graph_artifact import Edges, IntArray
from schemas.instants import Instant

KEY_BITS = 62
"""What a signed 64-bit number holds, with one bit to spare."""


@dataclasses.dataclass(frozen=True)
class RowSpan:
    """How many rows a table has, and their first and last time (0 where there is none)."""

    count: int
    first: Instant
    last: Instant

    @classmethod
    def of(cls, rows: ibis.expr.types.Table) -> RowSpan:
        """Counts the rows of a table with a `time`."""
        measured = rows.aggregate(count=rows.count(), first=rows.time.min(), last=rows.time.max()).to_pyarrow()
        return cls(*(measured[name][0].as_py() or 0 for name in ("count", "first", "last")))


@dataclasses.dataclass(frozen=True)
class UnsortedRows:
    """Rows of one relation that have to be sorted.

    Attributes:
        rows: target, row, time and, for clicks, dwell in seconds; in any order.
        span: Their number and times.
        targets: How many targets there are.
        loaded: Waits for the rows, where they fit memory; elsewhere the engine sorts them.
    """

    rows: ibis.expr.types.Table
    span: RowSpan
    targets: int
    loaded: Callable[[], LoadedRows] | None


def write_sorted(
    engine: Engine, unsorted: UnsortedRows, folder: Path, progress: tqdm.tqdm[Never], weighted: bool
) -> Edges:
    """Sorts rows by target, then time, row and dwell, and writes them; a weight is log1p(dwell), 1 without a dwell.

    Args:
        engine: Sorts the rows that do not fit memory.
        unsorted: The rows.
        folder: Where the arrays go.
        progress: Advanced by every row.
        weighted: Whether the rows are edges, which have a weight.

    Returns:
        What was written.
    """
    rows, first, targets = unsorted.rows, unsorted.span.first, unsorted.targets
    if unsorted.loaded is not None:
        progress.update(unsorted.span.count)
        return _write(unsorted.loaded().edges(targets), folder, weighted)
    dwell = [name for name in rows.columns if name == "dwell"]
    time_bits = (unsorted.span.last - first).bit_length()
    packed = targets.bit_length() + time_bits <= KEY_BITS
    if packed:
        # One number instead of two is sorted in three quarters of the time.
        key = rows.target.cast("int64") * ibis.literal(1 << time_bits, "int64") + (rows.time - first)
        ordered = rows.select("row", *dwell, key=key).order_by("key", "row", *dwell)
    else:
        # Many targets over a long time, for example follows of a million users.
        ordered = rows.order_by("target", "time", "row", *dwell)
    degree = numpy.zeros(targets, numpy.int64)
    with CompressedWriter(folder, unsorted.span.count, weighted) as writer:
        for batch in _prefetched(engine.stream(ordered)):
            if packed:
                keys = batch["key"].to_numpy()
                target, time = keys >> time_bits, (keys & ((1 << time_bits) - 1)) + first
            else:
                target, time = batch["target"].to_numpy(), batch["time"].to_numpy()
            # In numpy, so that every engine gives the same bytes.
            weight = numpy.log1p(batch["dwell"].to_numpy()).astype(numpy.float32) if dwell else None
            writer.append(batch["row"].to_numpy(), time, weight)
            _add_degrees(degree, target)
            progress.update(len(target))
        return writer.finish(degree)


def _write(edges: Edges, folder: Path, weighted: bool) -> Edges:
    with CompressedWriter(folder, len(edges.row), weighted) as writer:
        writer.append(edges.row, edges.time, edges.weight)
        return writer.finish(numpy.diff(edges.colptr))


def _add_degrees(degree: IntArray, target: IntArray) -> None:
    """Adds the number of rows of each target; the targets are sorted."""
    if len(target):
        starts = numpy.concatenate([[0], numpy.flatnonzero(numpy.diff(target)) + 1])
        degree[target[starts]] += numpy.diff(starts, append=len(target))


def _prefetched(batches: Iterator[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
    """The same batches, each fetched while the one before it is worked on."""
    with ThreadPoolExecutor(1) as fetching:
        following = fetching.submit(next, batches, None)
        while (batch := following.result()) is not None:
            following = fetching.submit(next, batches, None)
            yield batch
