"""Tells log files that can be handed on as they are, since reading and writing them again would give the same rows."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow
import pyarrow.compute
import pyarrow.parquet

from components.engine.engine import BATCH_ROWS
from components.validate_logs.source_rows import SourceFile
from schemas.log_contract import Table


def is_unchanged(file: SourceFile, table: Table, files: Sequence[SourceFile]) -> bool:
    """Whether a file can be handed on as the one file of its day.

    Args:
        file: A file of which every row is accepted.
        table: The declared table.
        files: All files of the table.

    Returns:
        True for Parquet in exactly the contract's schema, in order of time, alone in its partition.
    """
    if file.is_wide or file.file.day is None or table.partitioned_by is None or not file.rows:
        return False
    alone = not any(other.file.day == file.file.day for other in files if other is not file)
    return alone and file.schema.equals(table.arrow_schema) and _is_sorted(file, table.partitioned_by)


def _is_sorted(file: SourceFile, column: str) -> bool:
    last = None
    for batch in pyarrow.parquet.ParquetFile(file.path).iter_batches(BATCH_ROWS, columns=[column]):
        times = batch[column].cast(pyarrow.int64()).to_numpy()
        if last is not None and len(times) and times[0] < last:
            return False
        if (times[1:] < times[:-1]).any():
            return False
        last = times[-1] if len(times) else last
    return True
