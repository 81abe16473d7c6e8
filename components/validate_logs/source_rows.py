"""The SQL that reads a table's files as they are, column by column of the contract."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from components.validate_logs.log_files import LogFile
from components.validate_logs.sql_text import DUCKDB_TYPES, literal, path_list, quoted
from schemas.log_contract import Table

FILE_COLUMN = "file"
DAY_COLUMN = "partition_day"

JSON_TYPES: dict[str, str] = {
    **DUCKDB_TYPES,
    "timestamp": "TIMESTAMPTZ",
    "int8": "BIGINT",
    "int32": "BIGINT",
    "float32": "DOUBLE",
    "list<float32>": "DOUBLE[]",
}
"""What JSON is parsed as: wide enough that a value that does not fit is a row's fault, not the file's."""


def source_query(logs: Path, table: Table, files: Iterable[tuple[LogFile, dict[str, str]]]) -> str:
    """Selects the declared columns of all files, in the types that the source has.

    Args:
        logs: The log folder.
        table: The declared table.
        files: Each file with the kinds of its columns, as `source_columns` tells them.

    Returns:
        A query for the declared columns (null where absent), the file's name inside the folder and its partition's day.
    """
    # Files with the same columns are read by one scan; each scan has its own casts.
    scans: dict[tuple[bool, tuple[tuple[str, str], ...]], list[LogFile]] = {}
    for file, columns in files:
        if columns:
            declared = tuple((name, columns[name]) for name in table.columns if name in columns)
            scans.setdefault((file.is_parquet, declared), []).append(file)
    if not scans:
        empty = ", ".join(
            f"NULL::{DUCKDB_TYPES[column.type]} AS {quoted(name)}" for name, column in table.columns.items()
        )
        return f"SELECT {empty}, NULL::VARCHAR AS {FILE_COLUMN}, NULL::DATE AS {DAY_COLUMN} WHERE false"
    name_start = len(str(logs.resolve())) + 2
    return " UNION ALL ".join(
        f"SELECT {_column_list(table, dict(declared))}, source_file[{name_start}:] AS {FILE_COLUMN}, "
        rf"TRY_CAST(regexp_extract({FILE_COLUMN}, '/day=([^/]+)/', 1) AS DATE) AS {DAY_COLUMN} "
        f"FROM {_reader(table, dict(declared), is_parquet, scan_files)}"
        for (is_parquet, declared), scan_files in scans.items()
    )


def _reader(table: Table, kinds: dict[str, str], is_parquet: bool, files: list[LogFile]) -> str:
    paths = path_list(file.path for file in files)
    if is_parquet:
        return f"read_parquet({paths}, hive_partitioning = false, filename = 'source_file')"
    types = ", ".join(f"{literal(name)}: {literal(JSON_TYPES[table.columns[name].type])}" for name in kinds)
    return (
        f"read_json({paths}, format = 'newline_delimited', columns = {{{types}}}, "
        "hive_partitioning = false, filename = 'source_file')"
    )


def _column_list(table: Table, kinds: dict[str, str]) -> str:
    """Every declared column; narrowing casts are left to the row rules, which keep the row that does not fit."""
    expressions: list[str] = []
    for name, column in table.columns.items():
        kind, target = kinds.get(name, "nothing"), DUCKDB_TYPES[column.type]
        if kind == "nothing":
            expression = f"NULL::{target}"
        elif kind == "list of nothing" or column.type in ("timestamp", "string"):
            expression = f"CAST({quoted(name)} AS {target})"
        elif kind == "list of integer":
            expression = f"CAST({quoted(name)} AS DOUBLE[])"
        else:
            expression = quoted(name)
        expressions.append(f"{expression} AS {quoted(name)}")
    return ", ".join(expressions)
