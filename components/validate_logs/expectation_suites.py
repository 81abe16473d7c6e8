"""Great Expectations suites, generated from the log contract."""

from __future__ import annotations

import great_expectations.expectations as library

from components.validate_logs.daily_measures import measures_of
from components.validate_logs.log_window import WINDOWED_TABLES, LogWindow
from schemas.log_contract import Table


def day_expectations(table: Table, whole: bool) -> list[library.Expectation]:
    """The suite for one day of a table (for a table without partitions, for all its rows): volume and measures.

    Args:
        table: The declared table.
        whole: Whether the window holds the whole day; of a day that it cuts only single rows are expected.
    """
    volume = table.volume
    fewest = volume.minimum_rows if table.partitioned_by is None else volume.minimum_rows_per_day
    if not whole:
        fewest = min(fewest, 1)
    expectations: list[library.Expectation] = []
    if fewest:
        expectations.append(library.ExpectColumnValuesToBeBetween(column="rows_accepted", min_value=fewest))
    expectations += [
        library.ExpectColumnValuesToBeBetween(column=measure.name, min_value=measure.minimum, max_value=measure.maximum)
        for measure in measures_of(table)
    ]
    return expectations


def table_expectations(table: Table, window: LogWindow, rows_read: int) -> list[library.Expectation]:
    """The suite for the counts of all days of a table: which days there are, and how many rows were put aside.

    Args:
        table: The declared table.
        window: The run's instants.
        rows_read: Rows of the table in the window.
    """
    allowed = int(table.quarantine.maximum_share * rows_read)
    expectations = [library.ExpectColumnSumToBeBetween(column="rows_quarantined", max_value=allowed)]
    if table.name in WINDOWED_TABLES:
        days = [day.isoformat() for day in window.days]
        expectations.append(library.ExpectColumnDistinctValuesToEqualSet(column="day", value_set=days))
    return expectations


def column_expectations(table: Table) -> list[library.Expectation]:
    """The suite for a table's columns: exactly the declared ones, each with its type."""
    declared = [f"{name}: {column.type}" for name, column in table.columns.items()]
    return [
        library.ExpectTableRowCountToEqual(value=len(declared)),
        library.ExpectColumnDistinctValuesToEqualSet(column="column", value_set=declared),
    ]
