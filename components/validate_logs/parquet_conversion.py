"""Brings Parquet of types that not every engine reads (nanoseconds, decimals, nulls, ...) into its wide form."""

from __future__ import annotations

from pathlib import Path

import pyarrow
import pyarrow.compute
import pyarrow.parquet

from components.engine.engine import BATCH_ROWS
from components.validate_logs.log_files import LogFile
from components.validate_logs.source_columns import UNREADABLE, column_kinds, unreadable
from components.validate_logs.wide_file import WIDE_TYPES, WideFile, WideFileWriter, misfit_column
from schemas.log_contract import Table

LARGEST_INTEGER = (1 << 63) - 1


def needs_conversion(schema: pyarrow.Schema, table: Table) -> bool:
    """Whether a declared column has a type that some engine cannot read or reads as another one."""
    return any(field.name in table.columns and not _is_plain(field.type) for field in schema)


def convert_parquet(file: LogFile, table: Table, path: Path) -> WideFile:
    """Writes a Parquet file's wide form, batch by batch.

    Args:
        file: The log file, whose columns check_columns has taken.
        table: The declared table.
        path: Where to.

    Raises:
        ContractError: The file cannot be read.
    """
    try:
        source = pyarrow.parquet.ParquetFile(file.path)
        present = [name for name in source.schema_arrow.names if name in table.columns]
        with WideFileWriter(path, file, table) as writer:
            for batch in source.iter_batches(BATCH_ROWS, columns=present):
                columns: dict[str, pyarrow.Array] = {}
                for name in present:
                    wide = WIDE_TYPES[table.columns[name].type]
                    columns[name], columns[misfit_column(name)] = _widened(batch[name], wide)
                writer.write(columns, batch.num_rows)
    except UNREADABLE as error:
        raise unreadable(file, error) from error
    return WideFile(file, path, column_kinds(source.schema_arrow))


def _widened(values: pyarrow.Array, wide: pyarrow.DataType) -> tuple[pyarrow.Array, pyarrow.Array]:
    """The values in the wide type, and those that it does not hold as text."""
    misfits = pyarrow.nulls(len(values), pyarrow.string())
    if values.type == pyarrow.uint64() and wide == pyarrow.int64():
        large = pyarrow.compute.greater(values, pyarrow.scalar(LARGEST_INTEGER, pyarrow.uint64()))
        misfits = pyarrow.compute.if_else(large, values.cast(pyarrow.string()), None)
        values = pyarrow.compute.if_else(large, None, values)
    # Unsafe only in what it cuts off: digits beyond the microsecond, and those of decimals beyond a double's.
    return values.cast(wide, safe=False), misfits


def _is_plain(kind: pyarrow.DataType) -> bool:
    types = pyarrow.types
    if types.is_list(kind):
        return not types.is_nested(kind.value_type) and _is_plain(kind.value_type)
    if types.is_timestamp(kind):
        return kind.unit in ("ms", "us")
    return (
        types.is_string(kind)
        or types.is_boolean(kind)
        or (types.is_integer(kind) and kind != pyarrow.uint64())
        or kind in (pyarrow.float32(), pyarrow.float64(), pyarrow.date32())
    )
