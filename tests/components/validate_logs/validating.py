"""Runs the step for tests."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from components.engine.engine import Engine
from components.validate_logs.check_tables import checked_tables
from components.validate_logs.checked_table import CheckedTable
from components.validate_logs.log_files import find_log_files
from components.validate_logs.log_window import LogWindow
from components.validate_logs.settings import ValidationSettings
from components.validate_logs.step import validate_logs
from schemas.instants import DAY, Instant
from schemas.log_contract import Table, log_contract
from schemas.step_report import StepReport
from tests.log_folders import START

END: Instant = START + 8 * DAY


def validated(
    logs: Path,
    output: Path,
    start: Instant = START,
    end: Instant = END,
    contract: Mapping[str, Table] | None = None,
) -> StepReport:
    """Validates a log folder and returns the report."""
    report = StepReport("validate_logs", 0.0)
    validate_logs(
        logs=logs,
        output=output,
        start=start,
        end=end,
        settings=ValidationSettings(threads=1),
        report=report,
        contract=contract,
    )
    return report


def check_tables(
    engine: Engine, logs: Path, window: LogWindow, settings: ValidationSettings
) -> dict[str, CheckedTable]:
    """The checked tables of a log folder, none refused."""
    files = find_log_files(logs, log_contract(), window)
    checked = checked_tables(engine, settings, logs, log_contract(), files, window)
    return {rows.table.name: rows for rows in checked}


def file_bytes(folder: Path) -> dict[str, bytes]:
    """Every file of a folder by its path inside."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
