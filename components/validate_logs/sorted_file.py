"""Writes batches of rows as Parquet whose bytes depend on the rows alone, not on how an engine cuts them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

import pyarrow
import pyarrow.parquet

ROW_GROUP_ROWS = 1 << 18


class SortedFileWriter:
    """Gathers rows to row groups of equal size; holds one of them in memory."""

    def __init__(self, path: Path, schema: pyarrow.Schema) -> None:
        self._schema = schema
        self._writer = pyarrow.parquet.ParquetWriter(path, schema)
        self._waiting: list[pyarrow.RecordBatch] = []
        self._rows = 0

    def write(self, batch: pyarrow.RecordBatch) -> None:
        """Takes rows, in order."""
        while self._rows + batch.num_rows >= ROW_GROUP_ROWS:
            wanted = ROW_GROUP_ROWS - self._rows
            self._waiting.append(batch.slice(0, wanted))
            batch = batch.slice(wanted)
            self._write_group()
        if batch.num_rows:
            self._waiting.append(batch)
            self._rows += batch.num_rows

    def __enter__(self) -> SortedFileWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._rows and error is None:
            self._write_group()
        self._writer.close()

    def _write_group(self) -> None:
        # One chunk a column: Parquet's pages would otherwise end where the engine's batches happen to.
        rows = pyarrow.Table.from_batches(self._waiting).combine_chunks().cast(self._schema)
        self._writer.write_table(rows, row_group_size=ROW_GROUP_ROWS)
        self._waiting, self._rows = [], 0


def write_sorted_file(batches: Iterable[pyarrow.RecordBatch], schema: pyarrow.Schema, path: Path) -> None:
    """Writes one file.

    Args:
        batches: The rows, in order.
        schema: What the file has; the batches have its columns.
        path: Where to.
    """
    with SortedFileWriter(path, schema) as writer:
        for batch in batches:
            writer.write(batch)
