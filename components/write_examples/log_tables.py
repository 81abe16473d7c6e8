"""Reads columns of validated log tables as Arrow tables."""

from __future__ import annotations

from pathlib import Path

import pyarrow
import pyarrow.compute
import pyarrow.dataset

from schemas.errors import ContractError
from schemas.graph_artifact import IntArray
from schemas.instants import Instant
from schemas.log_contract import log_contract


def read_log_table(
    logs: Path, table: str, columns: list[str], start: Instant | None = None, end: Instant | None = None
) -> pyarrow.Table:
    """Reads a table of validated logs.

    Args:
        logs: The validated logs.
        table: A table of the log contract.
        columns: Declared columns.
        start: Only rows at or after this instant, for a table with a timestamp.
        end: Only rows strictly before this instant.

    Returns:
        The columns with the contract's types, in the order of the files.

    Raises:
        ContractError: The table has no file.
    """
    files = sorted((logs / table).rglob("*.parquet"))
    if not files:
        raise ContractError(f"{logs / table}: no Parquet file found; make the logs with validate_logs")
    timestamp = pyarrow.compute.field("timestamp")
    kept = pyarrow.compute.scalar(True)
    if start is not None:
        kept &= timestamp >= _moment(start)
    if end is not None:
        kept &= timestamp < _moment(end)
    dataset = pyarrow.dataset.dataset([str(file) for file in files], log_contract()[table].arrow_schema, "parquet")
    return dataset.to_table(columns=columns, filter=kept)


def as_instants(timestamps: pyarrow.ChunkedArray) -> IntArray:
    """Timestamps without null as int64 microseconds [rows]."""
    instants: IntArray = timestamps.cast(pyarrow.int64()).to_numpy()
    return instants


def _moment(instant: Instant) -> pyarrow.Scalar:
    return pyarrow.scalar(instant, pyarrow.timestamp("us", tz="UTC"))
