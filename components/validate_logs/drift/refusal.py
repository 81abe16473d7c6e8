"""Stops a run whose newest whole day differs too much from the days before, and tells of one that differs much."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from components.validate_logs.drift.results import DriftResult, Level, TableComparison
from schemas.errors import ContractError


def drifted(comparisons: Iterable[TableComparison], level: Level) -> list[DriftResult]:
    """The results of that level of each table's newest day."""
    return [result for comparison in comparisons for result in comparison.newest if result.level == level]


def refuse_drift(logs: Path, comparisons: Iterable[TableComparison]) -> None:
    """Refuses logs whose newest whole day lies beyond a limit.

    Raises:
        ContractError: The message names table, day, column, measure, value, and limit of each.
    """
    refused = drifted(comparisons, "refuse")
    if refused:
        places = sorted({f"{logs / result.table}/day={result.day}" for result in refused})
        tables = sorted({result.table for result in refused})
        raise ContractError(
            f"{', '.join(places)}: {'; '.join(describe(result) for result in refused)}. Correct the logs of that day, "
            f"or raise the limit in {', '.join(f'schemas/logs/{table}.yaml' for table in tables)} where the change is "
            "known and meant"
        )


def describe(result: DriftResult) -> str:
    """One result in words: what, how large, against what, and the limit it passed."""
    column = "rows" if result.column is None else f"column '{result.column}'"
    before = "" if result.reference is None else f" after {result.reference:g} on the days before"
    limit = result.refuse if result.level == "refuse" else result.warn
    beyond = "" if result.level == "ok" or limit is None else f" (change {result.change:g}, limit {limit:g})"
    return f"{result.table}, {result.day}, {column}: {result.measure} {result.value:g}{before}{beyond}"
