"""Writes the tables of a log folder: Parquet in the contract's arrow types, one folder a UTC day where declared."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy
import numpy.typing
import pyarrow
import pyarrow.compute
import pyarrow.parquet

from schemas.errors import ContractError
from schemas.instants import DAY, Instant, as_datetime
from schemas.log_contract import Table, log_contract


def require_replaceable(output: Path) -> None:
    """Refuses to put logs in the place of something else.

    Raises:
        ContractError: There is a file, or a folder that holds something but no logs.
    """
    holds_something = output.exists() and (not output.is_dir() or any(output.iterdir()))
    if holds_something and not (output / "impressions").is_dir():
        raise ContractError(f"{output}: exists and is no log folder; give --output a new path, or remove it first")


def day_folder(folder: Path, instant: Instant) -> Path:
    """The partition of the UTC day that holds the instant, for example impressions/day=2026-03-02."""
    return folder / f"day={as_datetime(instant):%Y-%m-%d}"


def contract_table(name: str, columns: dict[str, Any]) -> pyarrow.Table:
    """Casts columns to the contract's types and order; optional columns that are not given stay absent.

    Args:
        name: A table of the log contract.
        columns: Arrow or numpy arrays, or lists, by column; instants as int64 microseconds.

    Returns:
        The table with the declared types.
    """
    declared = log_contract()[name].arrow_schema
    schema = pyarrow.schema([field for field in declared if field.name in columns])
    arrays = [_as_arrow(columns[field.name], field.type) for field in schema]
    return pyarrow.table(arrays, schema=schema)


def write_whole_table(logs: Path, table: pyarrow.Table, name: str) -> None:
    """Writes a table without partitions, for example contents, as one file."""
    folder = logs / name
    folder.mkdir(parents=True)
    pyarrow.parquet.write_table(table, folder / "part-0.parquet")


def write_daily_table(logs: Path, table: pyarrow.Table, name: str) -> None:
    """Writes a partitioned table: one file a UTC day, rows sorted by time, then by the rest of the key.

    Args:
        logs: The log folder.
        table: Rows of any days in any order.
        name: The table of the contract.
    """
    declared = log_contract()[name]
    if table.num_rows == 0:
        (logs / name).mkdir(parents=True, exist_ok=True)
        return
    time_column = _time_column(declared)
    keys = [time_column, *(key for key in declared.key if key != time_column)]
    table = table.sort_by([(key, "ascending") for key in keys])
    days = table[time_column].cast(pyarrow.int64()).to_numpy() // DAY
    starts = numpy.flatnonzero(numpy.diff(days, prepend=days[0] - 1))
    for start, end in zip(starts, [*starts[1:], len(days)], strict=True):
        folder = day_folder(logs / name, int(days[start]) * DAY)
        folder.mkdir(parents=True)
        pyarrow.parquet.write_table(table.slice(start, end - start), folder / "part-0.parquet")


def _time_column(table: Table) -> str:
    if table.partitioned_by is None:
        raise ValueError(f"table '{table.name}' is not partitioned by day")
    return table.partitioned_by


def _as_arrow(values: Any, kind: pyarrow.DataType) -> pyarrow.Array | pyarrow.ChunkedArray:
    if isinstance(values, pyarrow.Array | pyarrow.ChunkedArray):
        return values.cast(kind)
    return pyarrow.array(values, type=kind)


def numbered_ids(prefix: str, count: int, first: int = 0, digits: int = 6) -> pyarrow.Array:
    """Ids such as u000042.

    Args:
        prefix: The letter in front.
        count: How many.
        first: The first number.
        digits: Zeros are padded up to this many digits; larger numbers get longer.

    Returns:
        String array [count].
    """
    numbers = pyarrow.array(numpy.arange(first, first + count, dtype=numpy.int64)).cast(pyarrow.string())
    padded = pyarrow.compute.utf8_lpad(numbers, digits, "0")
    return pyarrow.compute.binary_join_element_wise(pyarrow.scalar(prefix), padded, "")


def ragged_lists(values: pyarrow.Array, lengths: numpy.typing.NDArray[numpy.int64]) -> pyarrow.Array:
    """A list array from flat values and the length of each list."""
    offsets = numpy.concatenate([[0], numpy.cumsum(lengths)]).astype(numpy.int32)
    return pyarrow.ListArray.from_arrays(pyarrow.array(offsets), values)
