"""The form that JSON, and Parquet of types that not every engine reads, is brought into once: wide, plain Parquet."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

import pyarrow
import pyarrow.parquet

from components.validate_logs.log_files import LogFile
from schemas.log_contract import ARROW_TYPES, Table

FILE_COLUMN = "file"
DAY_COLUMN = "partition_day"
LINE_COLUMN = "unreadable_line"

WIDE_TYPES: dict[str, pyarrow.DataType] = {
    **ARROW_TYPES,
    "int8": pyarrow.int64(),
    "int32": pyarrow.int64(),
    "float32": pyarrow.float64(),
    "list<float32>": pyarrow.list_(pyarrow.float64()),
}
"""Contract type to a type so wide that a value that the contract does not take is a row's fault, not the file's."""


def misfit_column(name: str) -> str:
    """The column that holds, as text, the values of another that its wide type cannot hold."""
    return f"misfit of {name}"


@dataclasses.dataclass(frozen=True)
class WideFile:
    """A log file in its wide form.

    Attributes:
        file: The log file.
        path: Where the wide form lies; it has the declared columns that the file has, each with its misfit_column,
            LINE_COLUMN, FILE_COLUMN and DAY_COLUMN.
        columns: The log file's own columns and their kinds, as check_columns takes them.
    """

    file: LogFile
    path: Path
    columns: Mapping[str, str]


class WideFileWriter:
    """Writes the wide form of a file, block after block."""

    def __init__(self, path: Path, file: LogFile, table: Table) -> None:
        self._file = file
        fields: list[tuple[str, pyarrow.DataType]] = []
        for name, column in table.columns.items():
            fields += [(name, WIDE_TYPES[column.type]), (misfit_column(name), pyarrow.string())]
        own = [(LINE_COLUMN, pyarrow.string()), (FILE_COLUMN, pyarrow.string()), (DAY_COLUMN, pyarrow.date32())]
        self._schema = pyarrow.schema([*fields, *own])
        self._writer = pyarrow.parquet.ParquetWriter(path, self._schema)

    def write(self, columns: Mapping[str, pyarrow.Array], rows: int) -> None:
        """Writes rows; columns that are not given are null.

        Args:
            columns: Declared columns, misfit columns and LINE_COLUMN, [rows] each.
            rows: How many.
        """
        own = {
            FILE_COLUMN: pyarrow.repeat(self._file.name, rows),
            DAY_COLUMN: pyarrow.repeat(pyarrow.scalar(self._file.day, pyarrow.date32()), rows),
        }
        given = {**columns, **own}
        arrays = [
            given[field.name].cast(field.type) if field.name in given else pyarrow.nulls(rows, field.type)
            for field in self._schema
        ]
        self._writer.write_table(pyarrow.Table.from_arrays(arrays, schema=self._schema))

    def __enter__(self) -> WideFileWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()
