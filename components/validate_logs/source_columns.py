"""Which columns a log file has and whether the contract can take them, told before any row is checked."""

from __future__ import annotations

import zlib
from collections.abc import Mapping

import pyarrow
import pyarrow.parquet

from components.validate_logs.log_files import LogFile
from schemas.errors import ContractError
from schemas.log_contract import Table

NUMBERS = frozenset({"number", "integer", "nothing"})
ACCEPTED_KINDS: dict[str, frozenset[str]] = {
    "string": frozenset({"text", "nothing"}),
    "timestamp": frozenset({"timestamp", "nothing"}),
    "bool": frozenset({"boolean", "nothing"}),
    "int8": frozenset({"integer", "nothing"}),
    "int32": frozenset({"integer", "nothing"}),
    "int64": frozenset({"integer", "nothing"}),
    "float32": NUMBERS,
    "float64": NUMBERS,
    "list<string>": frozenset({"list of text", "list of nothing", "nothing"}),
    "list<float32>": frozenset({"nothing"} | {f"list of {kind}" for kind in NUMBERS}),
}
"""Contract type to the kinds of source column that hold it; values that do not fit are found row by row."""

UNREADABLE = (pyarrow.ArrowException, OSError, EOFError, zlib.error, ValueError)
"""What reading a damaged file raises."""


def parquet_schema(file: LogFile) -> pyarrow.Schema:
    """The schema of a Parquet file.

    Raises:
        ContractError: The file cannot be read.
    """
    try:
        return pyarrow.parquet.read_schema(file.path)
    except UNREADABLE as error:
        raise unreadable(file, error) from error


def column_kinds(schema: pyarrow.Schema) -> dict[str, str]:
    """Column to kind: `text`, `integer`, `number`, `boolean`, `timestamp`, `nothing`, `list of ...`, or the type."""
    return {field.name: _kind(field.type) for field in schema}


def unreadable(file: LogFile, error: Exception) -> ContractError:
    """The refusal of a file that cannot be read."""
    reason = (str(error) or type(error).__name__).splitlines()[0]
    return ContractError(f"{file.path}: cannot be read as a log file ({reason}); write or copy it again")


def check_columns(table: Table, file: LogFile, columns: Mapping[str, str]) -> None:
    """Refuses a file that lacks a declared column or has one of a wrong type.

    Args:
        table: The declared table.
        file: The file, for the message.
        columns: Its columns and their kinds.

    Raises:
        ContractError: The message lists every such column of the file.
    """
    problems: list[str] = []
    for name, column in table.columns.items():
        if name not in columns:
            if not column.optional:
                problems.append(f"the column '{name}' ({column.type}) is missing")
        elif columns[name] not in ACCEPTED_KINDS[column.type]:
            problems.append(f"the column '{name}' holds {columns[name]}, the contract wants {column.type}")
    if problems:
        raise ContractError(
            f"{file.path}: {'; '.join(problems)}. Columns that are there: {', '.join(columns)}. "
            f"Write the file as schemas/logs/{table.name}.yaml declares"
        )


def _kind(kind: pyarrow.DataType) -> str:
    types = pyarrow.types
    if types.is_dictionary(kind):
        return _kind(kind.value_type)
    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        return f"list of {_kind(kind.value_type)}"
    kinds = {
        "nothing": types.is_null(kind),
        "text": types.is_string(kind) or types.is_large_string(kind),
        "integer": types.is_integer(kind),
        "number": types.is_floating(kind) or types.is_decimal(kind),
        "boolean": types.is_boolean(kind),
        "timestamp": types.is_timestamp(kind) or types.is_date(kind),
    }
    return next((name for name, holds in kinds.items() if holds), str(kind))
