"""Streams sorted rows from the engine into memory-mapped .npy arrays, compressed by target."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any, Never

import ibis.expr.types
import numpy
import tqdm

from components.engine.engine import Engine
from schemas.graph_artifact import Edges, FloatArray, IntArray, RowArray


@dataclasses.dataclass(frozen=True)
class CompressedArrays:
    """Writable, memory-mapped arrays of one relation, of which `colptr` is written once it is known.

    Attributes:
        folder: Where the files lie.
        row: int32 [edges], index of the source node.
        time: int64 [edges], microseconds.
        weight: float32 [edges]; None for orders, which have none.
    """

    folder: Path
    row: RowArray
    time: IntArray
    weight: FloatArray | None

    @classmethod
    def create(cls, folder: Path, count: int, weighted: bool) -> CompressedArrays:
        """Makes the files for so many edges; what is in them is written by the caller."""
        folder.mkdir(parents=True)
        row: RowArray = _array(folder / "row.npy", numpy.int32, count)
        time: IntArray = _array(folder / "time.npy", numpy.int64, count)
        weight: FloatArray | None = _array(folder / "weight.npy", numpy.float32, count) if weighted else None
        return cls(folder, row, time, weight)

    def finish(self, degree: IntArray) -> Edges:
        """Writes colptr.

        Args:
            degree: int64 [targets], edges of each target.

        Returns:
            The relation; its weight is empty where there is none.
        """
        colptr = numpy.concatenate([[0], numpy.cumsum(degree)]).astype(numpy.int64)
        numpy.save(self.folder / "colptr.npy", colptr)
        return Edges(colptr, self.row, self.time, numpy.empty(0, numpy.float32) if self.weight is None else self.weight)


@dataclasses.dataclass(frozen=True)
class CountedRows:
    """Rows of one relation that the engine will sort.

    Attributes:
        rows: target, row, time and, for clicks, dwell in seconds; in any order.
        count: How many rows there are.
        targets: How many targets there are.
    """

    rows: ibis.expr.types.Table
    count: int
    targets: int


def write_compressed(
    engine: Engine, rows: CountedRows, folder: Path, progress: tqdm.tqdm[Never], weighted: bool
) -> Edges:
    """Sorts rows by target, then time, row and dwell, and writes them; a weight is log1p(dwell), 1 without a dwell.

    Args:
        engine: Sorts the rows.
        rows: The rows.
        folder: Where the arrays go.
        progress: Advanced by every row.
        weighted: Whether the rows are edges, which have a weight.

    Returns:
        What was written.
    """
    arrays = CompressedArrays.create(folder, rows.count, weighted)
    dwell = [name for name in rows.rows.columns if name == "dwell"]
    degree = numpy.zeros(rows.targets, numpy.int64)
    position = 0
    for batch in engine.stream(rows.rows.order_by("target", "time", "row", *dwell)):
        part = slice(position, position + batch.num_rows)
        arrays.row[part] = batch["row"].to_numpy()
        arrays.time[part] = batch["time"].to_numpy()
        if arrays.weight is not None:
            # In numpy, so that every engine gives the same bytes.
            arrays.weight[part] = numpy.log1p(batch["dwell"].to_numpy()) if dwell else 1
        degree += numpy.bincount(batch["target"].to_numpy(), minlength=rows.targets)
        position = part.stop
        progress.update(batch.num_rows)
    return arrays.finish(degree)


def _array(path: Path, kind: type[numpy.generic], count: int) -> Any:
    return numpy.lib.format.open_memmap(path, "w+", kind, (count,))
