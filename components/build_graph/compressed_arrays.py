"""Streams sorted rows from the engine into memory-mapped .npy arrays, compressed by target."""

from __future__ import annotations

from pathlib import Path
from typing import Never

import ibis
import ibis.expr.types
import numpy
import numpy.typing
import tqdm

from schemas.instants import Instant

BATCH_ROWS = 1 << 20


def write_compressed(
    connection: ibis.backends.BaseBackend,
    rows: ibis.expr.types.Table,
    targets: int,
    folder: Path,
    progress: tqdm.tqdm[Never],
    weighted: bool,
) -> tuple[int, Instant | None]:
    """Writes colptr, row and time, and the weight of edges: log1p(dwell), 1 where the rows have no dwell.

    Args:
        connection: The engine that sorts.
        rows: target, row, time and, for clicks, dwell in seconds; sorted by target.
        targets: How many targets there are.
        folder: Where the arrays go.
        progress: Advanced by every row.
        weighted: Whether the rows are edges, which have a weight.

    Returns:
        How many rows were written, and the largest time among them (None where there is none).
    """
    folder.mkdir(parents=True)
    count = int(rows.count().execute())
    row = numpy.lib.format.open_memmap(folder / "row.npy", "w+", numpy.int32, (count,))
    time = numpy.lib.format.open_memmap(folder / "time.npy", "w+", numpy.int64, (count,))
    weight = numpy.lib.format.open_memmap(folder / "weight.npy", "w+", numpy.float32, (count,)) if weighted else None
    degree = numpy.zeros(targets, numpy.int64)
    position = 0
    largest: Instant | None = None
    for batch in connection.to_pyarrow_batches(rows, chunk_size=BATCH_ROWS):
        part = slice(position, position + batch.num_rows)
        row[part] = batch["row"].to_numpy()
        time[part] = batch["time"].to_numpy()
        if weight is not None:
            # In numpy, so that every engine gives the same bytes.
            weight[part] = numpy.log1p(batch["dwell"].to_numpy()) if "dwell" in rows.columns else 1
        degree += numpy.bincount(batch["target"].to_numpy(), minlength=targets)
        if batch.num_rows:
            latest = int(time[part].max())
            largest = latest if largest is None else max(largest, latest)
        position = part.stop
        progress.update(batch.num_rows)
    numpy.save(folder / "colptr.npy", numpy.concatenate([[0], numpy.cumsum(degree)]).astype(numpy.int64))
    return count, largest
