"""The results of a validation: validation.json for programs, validation.html for people."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jinja2

from components.validate_logs.checked_table import CheckedTable
from components.validate_logs.drift.refusal import describe, drifted
from components.validate_logs.drift.report import column_sections
from components.validate_logs.drift.results import TableComparison
from components.validate_logs.expectation_run import ExpectationResult
from components.validate_logs.log_window import LogWindow
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


@dataclasses.dataclass(frozen=True)
class ExpectationSummary:
    """One expectation over all batches that it was checked on, for the page.

    Attributes:
        table: The table.
        expectation: Great Expectations' name of it.
        arguments: What was expected, of which column.
        batches: How many batches.
        broken: Those of them on which it does not hold.
        found: What was found: a range over all batches, or the values.
    """

    table: str
    expectation: str
    arguments: dict[str, Any]
    batches: int
    broken: tuple[str, ...]
    found: str


def table_result(checked: CheckedTable, files: int) -> TableResult:
    """Summarizes one table.

    Args:
        checked: The table after its checks.
        files: How many files were read.
    """
    counts = ("rows_read", "rows_accepted", "rows_quarantined")
    days: list[dict[str, str | int]] = [
        {"day": str(day), **dict(zip(counts, map(int, values), strict=True))}
        for day, *values in checked.counts[["day", *counts]].itertuples(index=False)
    ]
    read, accepted, quarantined = (int(checked.counts[name].sum()) for name in counts)
    return TableResult(
        checked.table.name,
        files,
        read,
        accepted,
        quarantined,
        checked.outside_window,
        checked.undeclared,
        checked.reasons,
        days,
    )


def write_results(
    folder: Path,
    window: LogWindow,
    tables: Sequence[TableResult],
    expectations: Sequence[ExpectationResult],
    comparisons: Sequence[TableComparison],
) -> None:
    """Writes validation.json and validation.html.

    Args:
        folder: Where to.
        window: The run's instants.
        tables: One result a table.
        expectations: Every checked expectation.
        comparisons: The comparisons of each table's days.
    """
    values = {
        "window": {"start": format_instant(window.start), "end": format_instant(window.end)},
        "success": all(item.success for item in expectations),
        "tables": [dataclasses.asdict(table) for table in tables],
        "expectations": [dataclasses.asdict(item) for item in expectations],
        "drift": [dataclasses.asdict(result) for comparison in comparisons for result in comparison.results],
    }
    (folder / "validation.json").write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    page = environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        window=values["window"],
        success=values["success"],
        tables=tables,
        expectations=summarized(expectations),
        warnings=[describe(result) for result in drifted(comparisons, "warn")],
        compared=[comparison for comparison in comparisons if comparison.results],
        sections=column_sections(comparisons),
    )
    (folder / "validation.html").write_text(page, encoding="utf-8")


def summarized(expectations: Sequence[ExpectationResult]) -> list[ExpectationSummary]:
    """The same expectation of several batches as one, in the order of the first."""
    groups: dict[str, list[ExpectationResult]] = {}
    for item in expectations:
        key = json.dumps([item.table, item.expectation, item.arguments], sort_keys=True)
        groups.setdefault(key, []).append(item)
    return [
        ExpectationSummary(
            table=items[0].table,
            expectation=items[0].expectation.removeprefix("expect_").replace("_", " "),
            arguments=items[0].arguments,
            batches=len(items),
            broken=tuple(item.batch for item in items if not item.success),
            found=_found(items),
        )
        for items in groups.values()
    ]


def _found(items: Sequence[ExpectationResult]) -> str:
    ranges = [item.observed for item in items if "smallest" in item.observed]
    if ranges:
        smallest, largest = min(item["smallest"] for item in ranges), max(item["largest"] for item in ranges)
        return f"{smallest:g}" if smallest == largest else f"{smallest:g} to {largest:g}"
    values = [item.observed["observed_value"] for item in items if item.observed.get("observed_value") is not None]
    return "; ".join(dict.fromkeys(", ".join(map(str, v)) if isinstance(v, list) else str(v) for v in values))
