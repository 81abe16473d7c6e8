"""Writes the accepted rows of a table as Parquet in exactly the contract's schema."""

from __future__ import annotations

import datetime
from pathlib import Path

import duckdb
import pyarrow
import pyarrow.parquet

from components.validate_logs.log_window import LogWindow
from components.validate_logs.quarantine import CheckedTable
from components.validate_logs.source_rows import DAY_COLUMN
from components.validate_logs.sql_text import literal, quoted_names

FILE_NAME = "part-0.parquet"
ROW_GROUP_ROWS = 1 << 20


def write_accepted(
    connection: duckdb.DuckDBPyConnection, checked: CheckedTable, window: LogWindow, folder: Path
) -> list[Path]:
    """Writes `<table>/day=.../part-0.parquet`, or `<table>/part-0.parquet` for a table without partitions.

    Rows are sorted by time and key, which is unique among them: the same rows give the same bytes. A partitioned table
    without rows gets one empty file, on the window's last day, so that every table can be read.

    Args:
        connection: Holds the rows.
        checked: The table after the row rules.
        window: The run's instants.
        folder: The artifact's folder.

    Returns:
        The files that were written.
    """
    table = checked.table
    order = quoted_names(table.key if table.partitioned_by is None else (table.partitioned_by, *table.key))
    select = f"SELECT {quoted_names(table.columns)} FROM {checked.accepted}"
    if table.partitioned_by is None:
        path = folder / table.name / FILE_NAME
        _write(connection, f"{select} ORDER BY {order}", table.arrow_schema, path)
        return [path]
    days: list[datetime.date] = [
        day
        for (day,) in connection.sql(
            f"SELECT DISTINCT {DAY_COLUMN} FROM {checked.accepted} ORDER BY {DAY_COLUMN}"
        ).fetchall()
    ]
    paths: list[Path] = []
    for day in days or window.days[-1:]:
        path = folder / table.name / f"day={day.isoformat()}" / FILE_NAME
        query = f"{select} WHERE {DAY_COLUMN} = {literal(day.isoformat())}::DATE ORDER BY {order}"
        _write(connection, query, table.arrow_schema, path)
        paths.append(path)
    return paths


def _write(connection: duckdb.DuckDBPyConnection, query: str, schema: pyarrow.Schema, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # One chunk a column: Parquet's pages would otherwise end where DuckDB's batches happen to.
    rows = connection.sql(query).to_arrow_table().combine_chunks().cast(schema)
    pyarrow.parquet.write_table(rows, path, row_group_size=ROW_GROUP_ROWS)
