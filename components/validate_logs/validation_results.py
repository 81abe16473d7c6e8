"""The results of a validation: validation.json for programs, validation.html for people."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import duckdb
import jinja2
import pandas

from components.validate_logs.expectations import ExpectationResult
from components.validate_logs.log_window import LogWindow
from components.validate_logs.quarantine import CheckedTable, reason_counts
from schemas.instants import format_instant

TEMPLATE = Path(__file__).parent / "validation.html.jinja"


@dataclasses.dataclass(frozen=True)
class TableResult:
    """What became of one table.

    Attributes:
        name: The table.
        files: Files that were read.
        read: Rows of the window.
        accepted: Rows that were handed on.
        quarantined: Rows that were put aside.
        outside_window: Rows of the same files that belong to another run.
        undeclared: Columns of the source that the contract does not know and that were left behind.
        reasons: Quarantined rows by expectation; a row may break several.
        days: Rows read, accepted and quarantined by day (one entry with an empty day where there are no partitions).
    """

    name: str
    files: int
    read: int
    accepted: int
    quarantined: int
    outside_window: int
    undeclared: tuple[str, ...]
    reasons: dict[str, int]
    days: list[dict[str, str | int]]


def table_result(
    connection: duckdb.DuckDBPyConnection, checked: CheckedTable, measures: pandas.DataFrame, files: int
) -> TableResult:
    """Summarizes one table.

    Args:
        connection: Holds the rows.
        checked: The table after the row rules.
        measures: Its daily measures.
        files: How many files were read.
    """
    counts = ("rows_read", "rows_accepted", "rows_quarantined")
    read, accepted, quarantined = (int(measures[name].sum()) for name in counts)
    days = [
        {"day": day, **dict(zip(counts, map(int, values), strict=True))}
        for day, *values in measures[["day", *counts]].itertuples(index=False)
    ]
    return TableResult(
        checked.table.name,
        files,
        read,
        accepted,
        quarantined,
        checked.outside_window,
        checked.undeclared,
        reason_counts(connection, checked),
        days,
    )


def write_results(
    folder: Path, window: LogWindow, tables: list[TableResult], expectations: list[ExpectationResult]
) -> None:
    """Writes validation.json and validation.html.

    Args:
        folder: Where to.
        window: The run's instants.
        tables: One result a table.
        expectations: Every checked expectation.
    """
    values = {
        "window": {"start": format_instant(window.start), "end": format_instant(window.end)},
        "success": all(item.success for item in expectations),
        "tables": [dataclasses.asdict(table) for table in tables],
        "expectations": [dataclasses.asdict(item) for item in expectations],
    }
    (folder / "validation.json").write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    page = environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(values)
    (folder / "validation.html").write_text(page, encoding="utf-8")
