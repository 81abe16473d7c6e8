"""Refuses logs that leave a day of the window, or a required table, without rows."""

from __future__ import annotations

from pathlib import Path

from components.validate_logs.checked_table import CheckedTable
from components.validate_logs.log_files import missing_days
from components.validate_logs.log_window import WINDOWED_TABLES, LogWindow
from schemas.errors import ContractError


def refuse_uncovered(logs: Path, checked: CheckedTable, window: LogWindow) -> None:
    """Checks that accepted rows are where the run needs them.

    Raises:
        ContractError: A day of the window has no accepted impression, or a required table without partitions no row.
    """
    table, counts = checked.table, checked.counts
    days = set(counts["day"][counts["rows_accepted"] > 0])
    if table.name in WINDOWED_TABLES:
        missing = [day for day in window.days if day.isoformat() not in days]
        if missing:
            raise missing_days(logs, table, missing, window)
    elif table.partitioned_by is None and not table.optional and not days:
        raise ContractError(f"{logs / table.name}: the table '{table.name}' has no row; a run needs at least one")
