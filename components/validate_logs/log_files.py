"""Finds the files of a log folder that one run needs, and refuses a folder that lacks some."""

from __future__ import annotations

import dataclasses
import datetime
from pathlib import Path

from components.validate_logs.log_window import WINDOWED_TABLES, LogWindow
from schemas.errors import ContractError
from schemas.log_contract import Table

SUFFIXES = (".parquet", ".ndjson", ".ndjson.gz")


@dataclasses.dataclass(frozen=True)
class LogFile:
    """One file of one table.

    Attributes:
        path: Where it lies.
        name: Its path inside the log folder, for messages and the quarantine.
        day: The UTC day of its partition; None where the table has none.
    """

    path: Path
    name: str
    day: datetime.date | None

    @property
    def is_parquet(self) -> bool:
        """Parquet, else newline-delimited JSON."""
        return self.path.name.endswith(".parquet")


def find_log_files(logs: Path, contract: dict[str, Table], window: LogWindow) -> dict[str, list[LogFile]]:
    """Lists the files that a run needs.

    Args:
        logs: The log folder.
        contract: The declared tables.
        window: The run's instants.

    Returns:
        Files by table, sorted by name; none for an absent optional table.

    Raises:
        ContractError: The folder or a table is missing, a day of the window has no impressions, or something in a
            table's folder is neither a log file nor a partition.
    """
    if not logs.is_dir():
        raise ContractError(f"{logs}: no such log folder; write one with python -m sources.<name> --output {logs}")
    found: dict[str, list[LogFile]] = {}
    for table in contract.values():
        folder = logs / table.name
        if not folder.is_dir():
            if not table.optional:
                present = ", ".join(sorted(path.name for path in logs.iterdir() if path.is_dir())) or "none"
                raise ContractError(
                    f"{folder}: the table '{table.name}' is missing; tables in {logs}: {present}. "
                    f"Write it as the contract schemas/logs/{table.name}.yaml declares"
                )
            found[table.name] = []
        elif table.partitioned_by is None:
            found[table.name] = [_log_file(logs, path, None) for path in _visible(folder)]
        else:
            found[table.name] = _partitioned_files(logs, folder, table, window)
        if table.partitioned_by is None and not table.optional and not found[table.name]:
            raise ContractError(f"{folder}: the table '{table.name}' has no file; expected *.parquet or *.ndjson in it")
    return found


def _partitioned_files(logs: Path, folder: Path, table: Table, window: LogWindow) -> list[LogFile]:
    files: list[LogFile] = []
    for partition in _visible(folder):
        day = _partition_day(partition)
        if window.needs_day(table, day):
            files += [_log_file(logs, path, day) for path in _visible(partition)]
    if table.name in WINDOWED_TABLES:
        missing = sorted(set(window.days) - {file.day for file in files if file.day is not None})
        if missing:
            raise missing_days(logs, table, missing, window)
    return files


def missing_days(logs: Path, table: Table, missing: list[datetime.date], window: LogWindow) -> ContractError:
    """The refusal of a window that has days without rows."""
    names = ", ".join(day.isoformat() for day in missing)
    there = sorted(path.name.removeprefix("day=") for path in (logs / table.name).glob("day=*"))
    available = f"{there[0]} to {there[-1]}" if there else "none"
    return ContractError(
        f"{logs / table.name}/day={missing[0].isoformat()}: no rows of '{table.name}' on {len(missing)} of the "
        f"{len(window.days)} days of {window.describe()}: {names}. Supply the logs of these days or choose an as_of "
        f"whose window is covered (days that are there: {available})"
    )


def _partition_day(partition: Path) -> datetime.date:
    try:
        if not partition.is_dir() or not partition.name.startswith("day="):
            raise ValueError("not a folder day=<date>")
        return datetime.date.fromisoformat(partition.name.removeprefix("day="))
    except ValueError as error:
        raise ContractError(
            f"{partition}: '{partition.name}' is not a partition such as day=2026-03-09; "
            "move its rows into the folder of their UTC day"
        ) from error


def _log_file(logs: Path, path: Path, day: datetime.date | None) -> LogFile:
    if not path.is_file() or not path.name.endswith(SUFFIXES):
        raise ContractError(f"{path}: not a log file; expected one of *{', *'.join(SUFFIXES)} here, or remove it")
    return LogFile(path, path.relative_to(logs).as_posix(), day)


def _visible(folder: Path) -> list[Path]:
    """Entries in order, without the markers that other systems leave (`_SUCCESS`, `.part-0.crc`)."""
    return sorted(path for path in folder.iterdir() if not path.name.startswith(("_", ".")))
