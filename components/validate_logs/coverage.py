"""Refuses logs that leave a day of the window, or a required table, without rows."""

from __future__ import annotations

from pathlib import Path

import duckdb

from components.validate_logs.log_files import missing_days
from components.validate_logs.log_window import WINDOWED_TABLES, LogWindow
from components.validate_logs.quarantine import CheckedTable
from components.validate_logs.source_rows import DAY_COLUMN
from schemas.errors import ContractError


def refuse_uncovered(
    connection: duckdb.DuckDBPyConnection, logs: Path, checked: CheckedTable, window: LogWindow
) -> None:
    """Checks that accepted rows are where the run needs them.

    Raises:
        ContractError: A day of the window has no accepted impression, or a required table without partitions no row.
    """
    table = checked.table
    days = {day for (day,) in connection.sql(f"SELECT DISTINCT {DAY_COLUMN} FROM {checked.accepted}").fetchall()}
    if table.name in WINDOWED_TABLES:
        missing = sorted(set(window.days) - days)
        if missing:
            raise missing_days(logs, table, missing, window)
    elif table.partitioned_by is None and not table.optional and not days:
        raise ContractError(f"{logs / table.name}: the table '{table.name}' has no row; a run needs at least one")
