"""The differences between the days of single columns, and their distributions for the plots."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator

import ibis.expr.types
import pandas

from components.engine.engine import Engine
from components.validate_logs.drift.compared_columns import ComparedColumn, compared_columns, lower_edge
from components.validate_logs.drift.day_counts import few_values_by_day, is_rate, values_by_day
from components.validate_logs.drift.differences import Difference, distribution_differences, share_differences
from components.validate_logs.drift.results import Distribution
from schemas.log_contract import Column, Table

EXACT_RANGE = 1024
MOST_COMBINATIONS = 1 << 14
"""Of values that are counted in one scan, a day."""


@dataclasses.dataclass(frozen=True)
class ColumnDifferences:
    """What was found of one column.

    Attributes:
        label: The column as results name it.
        declared: Its declaration.
        differences: Of every day that was compared.
        distribution: None for ids, and for columns without a value on the newest day or before.
    """

    label: str
    declared: Column
    differences: tuple[Difference, ...]
    distribution: Distribution | None = None


def column_differences(
    engine: Engine,
    rows: ibis.expr.types.Table,
    table: Table,
    counts: pandas.DataFrame,
    days: list[str],
    prefix: str = "",
) -> Iterator[ColumnDifferences]:
    """Compares every column of a table by rates, missing values, and distribution.

    Args:
        engine: Holds the rows.
        rows: The rows of the compared days, as rows_by_day takes them.
        table: The table that declares the columns.
        counts: What rows_by_day counted, one row a compared day.
        days: The compared days, oldest first.
        prefix: Before the columns' names in the results.
    """
    compared = {column.name: column for column in compared_columns(table)}
    few_values = few_values_by_day(engine, rows, _columns_of_few_values(counts, compared.values()))
    for name, column in table.columns.items():
        label = prefix + name
        differences: list[Difference] = []
        if f"{name}: nulls" in counts:
            nulls, due = (counts[f"{name}: {what}"].to_numpy("int64") for what in ("nulls", "rows"))
            # A column that was never there is not compared.
            differences += share_differences("null_share", nulls, due, days) if (nulls < due).any() else ()
        if is_rate(column):
            ones, present = (counts[f"{name}: {what}"].to_numpy("int64") for what in ("ones", "values"))
            differences += share_differences("rate", ones, present, days)
        distribution = None
        if name in compared:
            exact = _is_exact(counts, name)
            values = few_values[name] if name in few_values else values_by_day(engine, rows, compared[name], exact)
            values = values.reindex(columns=days, fill_value=0)
            differences += distribution_differences(compared[name].kind, values, days)
            distribution = _distribution(label, compared[name], values, exact)
        yield ColumnDifferences(label, column, tuple(differences), distribution)


def _columns_of_few_values(counts: pandas.DataFrame, columns: Iterable[ComparedColumn]) -> list[ComparedColumn]:
    """As many columns of few values as have at most MOST_COMBINATIONS together."""
    chosen: list[ComparedColumn] = []
    combinations = 1
    for column in columns:
        values = _number_of_values(counts, column)
        if values is not None and combinations * values <= MOST_COMBINATIONS:
            combinations *= values
            chosen.append(column)
    return chosen


def _number_of_values(counts: pandas.DataFrame, column: ComparedColumn) -> int | None:
    """How many values a column can have, null among them; None where that is not known."""
    if column.kind == "hour":
        return 25
    if column.declared.type == "bool":
        return 3
    if column.declared.allowed is not None:
        return len(column.declared.allowed) + 1
    return _range(counts, column.name) + 2 if _is_exact(counts, column.name) else None


def _is_exact(counts: pandas.DataFrame, name: str) -> bool:
    """Whether a column's integers are few enough to count each."""
    return f"{name}: smallest" in counts and _range(counts, name) <= EXACT_RANGE


def _range(counts: pandas.DataFrame, name: str) -> int:
    smallest, largest = counts[f"{name}: smallest"].min(), counts[f"{name}: largest"].max()
    return 0 if pandas.isna(smallest) else int(largest - smallest)


def _distribution(label: str, column: ComparedColumn, values: pandas.DataFrame, exact: bool) -> Distribution | None:
    newest, before = values.iloc[:, -1], values.iloc[:, :-1].sum(axis=1)
    if newest.sum() == 0 or before.sum() == 0:
        return None
    if column.kind == "category":
        order = (newest / newest.sum() + before / before.sum()).sort_values(ascending=False, kind="stable").index
        newest, before = newest[order], before[order]
        labels = tuple(str(value) for value in order)
        return Distribution(label, "category", labels, (), newest.to_numpy(), before.to_numpy())
    edges = tuple(lower_edge(int(value), exact or column.kind == "hour") for value in values.index)
    return Distribution(label, column.kind, (), edges, newest.to_numpy(), before.to_numpy())
