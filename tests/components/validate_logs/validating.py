"""Runs the step for tests."""

from __future__ import annotations

from pathlib import Path

from components.validate_logs.settings import ValidationSettings
from components.validate_logs.step import validate_logs
from schemas.instants import DAY, Instant
from schemas.step_report import StepReport
from tests.log_folders import START

END: Instant = START + 8 * DAY


def validated(logs: Path, output: Path, start: Instant = START, end: Instant = END) -> StepReport:
    """Validates a log folder and returns the report."""
    report = StepReport("validate_logs", 0.0)
    validate_logs(logs=logs, output=output, start=start, end=end, settings=ValidationSettings(), report=report)
    return report


def file_bytes(folder: Path) -> dict[str, bytes]:
    """Every file of a folder by its path inside."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
