"""Which columns a log file has and whether the contract can take them, told before any row is read."""

from __future__ import annotations

import duckdb
import pyarrow
import pyarrow.parquet

from components.validate_logs.log_files import LogFile
from components.validate_logs.sql_text import path_list, quoted
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

JSON_KINDS: dict[str, str] = {
    **dict.fromkeys(("VARCHAR", "UUID", "DATE", "TIME", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE"), "text"),
    **dict.fromkeys(("BIGINT", "UBIGINT", "HUGEINT"), "integer"),
    "DOUBLE": "number",
    "BOOLEAN": "boolean",
    "JSON": "nothing",
}


def source_columns(connection: duckdb.DuckDBPyConnection, file: LogFile) -> dict[str, str]:
    """The kinds of a file's columns.

    Args:
        connection: Reads the JSON files.
        file: A log file.

    Returns:
        Column to kind (`text`, `integer`, `number`, `boolean`, `timestamp`, `nothing`, `list of ...`, or the name of
        a type that the contract has no use for), empty for a file without a row.

    Raises:
        ContractError: The file cannot be read.
    """
    try:
        return _parquet_columns(file) if file.is_parquet else _json_columns(connection, file)
    except (duckdb.Error, pyarrow.ArrowException, OSError) as error:
        raise unreadable(file, error) from error


def unreadable(file: LogFile, error: Exception) -> ContractError:
    """The refusal of a file that cannot be read."""
    reason = str(error).splitlines()[0]
    return ContractError(f"{file.path}: cannot be read as a log file ({reason}); write or copy it again")


def check_columns(table: Table, file: LogFile, columns: dict[str, str]) -> None:
    """Refuses a file that lacks a declared column or has one of a wrong type.

    Raises:
        ContractError: The message lists every such column of the file.
    """
    problems: list[str] = []
    for name, column in table.columns.items():
        if name not in columns:
            if not column.optional:
                problems.append(f"the column '{name}' ({column.type}) is missing")
            continue
        # JSON has no timestamps: their text is read, and refused, value by value.
        accepted = ACCEPTED_KINDS[column.type] | (
            {"text"} if column.type == "timestamp" and not file.is_parquet else set()
        )
        if columns[name] not in accepted:
            problems.append(f"the column '{name}' holds {columns[name]}, the contract wants {column.type}")
    if problems:
        raise ContractError(
            f"{file.path}: {'; '.join(problems)}. Columns that are there: {', '.join(columns)}. "
            f"Write the file as schemas/logs/{table.name}.yaml declares"
        )


def _parquet_columns(file: LogFile) -> dict[str, str]:
    schema = pyarrow.parquet.read_schema(file.path)
    return {field.name: _arrow_kind(field.type) for field in schema}


def _arrow_kind(kind: pyarrow.DataType) -> str:
    types = pyarrow.types
    if types.is_dictionary(kind):
        return _arrow_kind(kind.value_type)
    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        return f"list of {_arrow_kind(kind.value_type)}"
    kinds = {
        "nothing": types.is_null(kind),
        "text": types.is_string(kind) or types.is_large_string(kind),
        "integer": types.is_integer(kind),
        "number": types.is_floating(kind) or types.is_decimal(kind),
        "boolean": types.is_boolean(kind),
        "timestamp": types.is_timestamp(kind) or types.is_date(kind),
    }
    return next((name for name, holds in kinds.items() if holds), str(kind))


def _json_columns(connection: duckdb.DuckDBPyConnection, file: LogFile) -> dict[str, str]:
    reader = f"read_json({path_list([file.path])}, format = 'newline_delimited', sample_size = -1)"
    if connection.sql(f"SELECT count(*) FROM {reader}").fetchall() == [(0,)]:
        return {}
    columns: dict[str, str] = {}
    for name, kind, *_ in connection.sql(f"DESCRIBE SELECT * FROM {reader}").fetchall():
        columns[name] = _json_kind(kind)
        # DuckDB says JSON both for a column of nulls and for one of mixed types.
        if kind == "JSON" and connection.sql(f"SELECT count({quoted(name)}) FROM {reader}").fetchall() != [(0,)]:
            columns[name] = "values of different types"
    return columns


def _json_kind(kind: str) -> str:
    return f"list of {_json_kind(kind[:-2])}" if kind.endswith("[]") else JSON_KINDS.get(kind, kind)
