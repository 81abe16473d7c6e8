"""Numbers that describe a table's accepted rows day by day, and the bounds that the contract sets them."""

from __future__ import annotations

import dataclasses

import duckdb
import pandas

from components.validate_logs.quarantine import CheckedTable
from components.validate_logs.source_rows import DAY_COLUMN
from components.validate_logs.sql_text import literal, quoted
from schemas.log_contract import Column, Table


@dataclasses.dataclass(frozen=True)
class Measure:
    """One number a day.

    Attributes:
        name: What it counts, in words; starts with the column's name.
        expression: SQL aggregate over the accepted rows.
        minimum: What it must at least be.
        maximum: What it may at most be.
    """

    name: str
    expression: str
    minimum: float | None = None
    maximum: float | None = None


def measures_of(table: Table) -> list[Measure]:
    """The measures of every column for which the contract declares something."""
    return [measure for name, column in table.columns.items() for measure in _column_measures(name, column)]


def daily_measures(connection: duckdb.DuckDBPyConnection, checked: CheckedTable) -> pandas.DataFrame:
    """Measures a table.

    Args:
        connection: Holds the rows.
        checked: The table after the row rules.

    Returns:
        One row a partition's day, oldest first (for a table without partitions one row in all, with an empty `day`):
        `day`, `rows_read`, `rows_accepted`, `rows_quarantined`, and one column a measure.
    """
    day = f"coalesce(CAST({DAY_COLUMN} AS VARCHAR), '') AS day"
    counts = "count(*) AS rows_read, count(*) - count(reason) AS rows_accepted, count(reason) AS rows_quarantined"
    read = connection.sql(f"SELECT {day}, {counts} FROM {checked.rows} GROUP BY day ORDER BY day").df()
    measured = [f"{measure.expression} AS {quoted(measure.name)}" for measure in measures_of(checked.table)]
    accepted = connection.sql(f"SELECT {', '.join([day, *measured])} FROM {checked.accepted} GROUP BY day").df()
    measures: pandas.DataFrame = read.merge(accepted, on="day", how="left")
    return measures


def _column_measures(name: str, column: Column) -> list[Measure]:
    value = quoted(name)
    measures: list[Measure] = []
    if not column.nullable:
        measures.append(Measure(f"{name}: nulls", f"count(*) - count({value})", maximum=0))
    if column.minimum is not None:
        measures.append(Measure(f"{name}: smallest", f"min({value})", minimum=column.minimum))
    if column.maximum is not None:
        measures.append(Measure(f"{name}: largest", f"max({value})", maximum=column.maximum))
    if column.allowed is not None:
        allowed = ", ".join(literal(item) for item in column.allowed)
        measures.append(
            Measure(f"{name}: values beside {allowed}", f"count(*) FILTER ({value} NOT IN ({allowed}))", maximum=0)
        )
    if column.length is not None:
        measures.append(Measure(f"{name}: shortest list", f"min(len({value}))", minimum=column.length))
    longest = column.length if column.length is not None else column.maximum_length
    if longest is not None:
        measures.append(Measure(f"{name}: longest list", f"max(len({value}))", maximum=longest))
    if column.finite and column.type.startswith("list"):
        broken = f"count(*) FILTER (len(list_filter({value}, element -> NOT isfinite(element))) > 0)"
        measures.append(Measure(f"{name}: lists with NaN or infinity", broken, maximum=0))
    return measures
