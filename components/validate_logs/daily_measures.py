"""Numbers that describe a table's accepted rows day by day, and the bounds that the contract sets them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Literal

import ibis.expr.types
import pandas

from components.validate_logs.checked_table import CheckedTable
from components.validate_logs.row_rules import described, not_finite
from components.validate_logs.wide_file import DAY_COLUMN
from schemas.log_contract import Column, Table

Statistic = Literal["missing", "count", "smallest", "largest"]


@dataclasses.dataclass(frozen=True)
class Measure:
    """One number a day.

    Attributes:
        name: What it counts, in words; starts with the column's name.
        statistic: How values become a number: `missing` counts nulls, `count` the rows for which `value` is true.
        value: From rows with the declared columns.
        minimum: What it must at least be.
        maximum: What it may at most be.
    """

    name: str
    statistic: Statistic
    value: Callable[[ibis.expr.types.Table], ibis.expr.types.Value]
    minimum: float | None = None
    maximum: float | None = None

    def of(self, rows: ibis.expr.types.Table) -> ibis.expr.types.Value:
        """The aggregate over rows."""
        value = self.value(rows)
        if self.statistic == "missing":
            return rows.count() - value.count()
        if self.statistic == "count":
            return value.fill_null(False).cast("int64").sum()
        return value.min() if self.statistic == "smallest" else value.max()


def measures_of(table: Table) -> list[Measure]:
    """The measures of every column for which the contract declares something."""
    return [measure for name, column in table.columns.items() for measure in _column_measures(name, column)]


def daily_measures(checked: CheckedTable) -> pandas.DataFrame:
    """Measures a table.

    Args:
        checked: The table after its checks.

    Returns:
        One row a partition's day, oldest first (for a table without partitions one row in all, with an empty `day`):
        `day`, `rows_read`, `rows_accepted`, `rows_quarantined`, and one column a measure.
    """
    measured = checked.measures
    if measured is None:
        rows = checked.accepted
        aggregates = {measure.name: measure.of(rows) for measure in measures_of(checked.table)}
        measured = with_day_text(rows.group_by(DAY_COLUMN).agg(**aggregates).execute())
    measures: pandas.DataFrame = checked.counts.merge(measured, on="day", how="left")
    return measures


def with_day_text(frame: pandas.DataFrame) -> pandas.DataFrame:
    """Replaces the column of partition days by `day`: text such as 2026-03-02, empty where there is none."""
    # The type is told, since a frame without rows has none of its own.
    days = pandas.Series(
        ["" if pandas.isna(day) else str(day)[:10] for day in frame[DAY_COLUMN]], index=frame.index, dtype="str"
    )
    frame = frame.drop(columns=DAY_COLUMN)
    frame.insert(0, "day", days)
    return frame.sort_values("day", ignore_index=True)


def joined_measures(table: Table, parts: list[pandas.DataFrame]) -> pandas.DataFrame:
    """The measures of rows that were measured in several parts."""
    functions: dict[str, str] = {
        measure.name: {"missing": "sum", "count": "sum", "smallest": "min", "largest": "max"}[measure.statistic]
        for measure in measures_of(table)
    }
    together = pandas.concat([part[["day", *functions]] for part in parts])
    joined: pandas.DataFrame = together.groupby("day", as_index=False).agg(functions) if functions else together
    return joined


def _column_measures(name: str, column: Column) -> Iterator[Measure]:
    if not column.nullable:
        yield Measure(f"{name}: nulls", "missing", lambda rows: rows[name], maximum=0)
    if column.minimum is not None:
        yield Measure(f"{name}: smallest", "smallest", lambda rows: rows[name], minimum=column.minimum)
    if column.maximum is not None:
        yield Measure(f"{name}: largest", "largest", lambda rows: rows[name], maximum=column.maximum)
    if column.allowed is not None:
        allowed = column.allowed
        words = f"{name}: values beside {described(allowed)}"
        yield Measure(words, "count", lambda rows: rows[name].notin(allowed), maximum=0)
    if column.length is not None:
        yield Measure(f"{name}: shortest list", "smallest", lambda rows: rows[name].length(), minimum=column.length)
    longest = column.length if column.length is not None else column.maximum_length
    if longest is not None:
        yield Measure(f"{name}: longest list", "largest", lambda rows: rows[name].length(), maximum=longest)
    if column.finite and column.type.startswith("list"):
        words = f"{name}: lists with NaN or infinity"
        yield Measure(words, "count", lambda rows: not_finite(rows[name]), maximum=0)
