"""Counts by day, taken by the engine; only tables of at most some thousand rows reach this process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ibis
import ibis.expr.types
import pandas

from components.engine.engine import Engine
from components.validate_logs.drift.compared_columns import ComparedColumn, bin_of
from components.validate_logs.wide_file import DAY_COLUMN
from schemas.log_contract import Column

WEIGHT = "rows_of_id"
"""Of rows that stand for several: how many."""

BIN = "bin of value"
MOST_VALUES = 256


def rows_by_day(rows: ibis.expr.types.Table, columns: Mapping[str, Column]) -> pandas.DataFrame:
    """Counts rows, missing values and ones, in one scan.

    Args:
        rows: With `partition_day` and the columns; each stands for `rows_of_id` rows where it has that column.
        columns: Declared columns by name.

    Returns:
        Indexed by day text, oldest first: `rows`; `<column>: rows` and `<column>: nulls` of each column that may be
        null (only rows where it must not be null by `only_where`); `<column>: values` and `<column>: ones` of
        each that is 0 or 1; `<column>:
        smallest` and `<column>: largest` of each integer or list length.
    """
    measures: dict[str, ibis.expr.types.Value] = {"rows": _count(rows, ibis.literal(True))}
    for name, column in columns.items():
        value = rows[name]
        if column.nullable:
            due = ibis.literal(True) if column.only_where is None else rows[column.only_where] == 1
            measures[f"{name}: rows"] = _count(rows, due)
            measures[f"{name}: nulls"] = _count(rows, due & value.isnull())
        if is_rate(column):
            measures[f"{name}: values"] = _count(rows, value.notnull())
            measures[f"{name}: ones"] = _count(rows, value.cast("int64") == 1)
        if column.type.startswith(("int", "list")):
            size = value.length() if column.type.startswith("list") else value
            measures[f"{name}: smallest"], measures[f"{name}: largest"] = size.min(), size.max()
    counted = rows.group_by(DAY_COLUMN).agg(**measures)
    return _indexed_by_day(counted)


def is_rate(column: Column) -> bool:
    """Whether the column is 0 or 1, so that its mean is a rate."""
    return column.type == "bool" or (column.allowed is not None and set(column.allowed) == {0, 1})


def values_by_day(engine: Engine, rows: ibis.expr.types.Table, column: ComparedColumn, exact: bool) -> pandas.DataFrame:
    """Counts each value (or bin of values) of a column by day.

    Args:
        engine: Whose rows these are.
        rows: As in rows_by_day.
        column: The column.
        exact: Whether each number is its own bin.

    Returns:
        One row a value, one column a day text. Of a day with more categories the 256 most frequent.
    """
    # Before the bins: most dwells are null, and logarithms of nulls cost as much as others.
    rows = rows.filter(rows[column.name].notnull())
    with_bin = rows.mutate(**{BIN: bin_of(engine, rows, column, exact)})
    present = with_bin.filter(with_bin[BIN].notnull())
    counted = present.group_by(day=present[DAY_COLUMN], value=present[BIN]).agg(
        rows=_count(present, ibis.literal(True))
    )
    if column.kind == "category":
        order = ibis.window(group_by="day", order_by=[counted.rows.desc(), counted.value])
        counted = counted.mutate(place=ibis.row_number().over(order))
        counted = counted.filter(counted.place < MOST_VALUES)
    # After the count: millions of texts would be dear.
    shown = counted.value.cast("string") if column.kind == "category" else counted.value
    frame: pandas.DataFrame = counted.select(value=shown, rows=counted.rows, day=counted.day.cast("string")).execute()
    return _by_value_and_day(frame, "value")


def few_values_by_day(
    engine: Engine, rows: ibis.expr.types.Table, columns: Sequence[ComparedColumn]
) -> dict[str, pandas.DataFrame]:
    """The same as values_by_day, of several columns in one scan; each must have few values, all counted exactly.

    Args:
        engine: Whose rows these are.
        rows: As in rows_by_day.
        columns: The columns; every combination of their values is counted.
    """
    if not columns:
        return {}
    # No name of a declared column, so that one named `day` or `rows` can be compared too.
    names = {column.name: f"bin of {column.name}" for column in columns}
    bins = {names[column.name]: bin_of(engine, rows, column, exact=True) for column in columns}
    with_bins = rows.mutate(**bins)
    counted = with_bins.group_by([DAY_COLUMN, *bins]).agg(rows=_count(with_bins, ibis.literal(True)))
    # After the count: millions of texts would be dear.
    texts = {
        names[column.name]: counted[names[column.name]].cast("string")
        for column in columns
        if column.kind == "category"
    }
    frame: pandas.DataFrame = counted.mutate(day=counted[DAY_COLUMN].cast("string"), **texts).execute()
    return {name: _by_value_and_day(frame, column) for name, column in names.items()}


def rows_by_id(rows: ibis.expr.types.Table, name: str) -> ibis.expr.types.Table:
    """One row an id and day: the id, `partition_day`, how many rows, and `first_day`, the id's first."""
    counted = rows.group_by([name, DAY_COLUMN]).agg(**{WEIGHT: rows.count()})
    return counted.mutate(first_day=counted[DAY_COLUMN].min().over(ibis.window(group_by=name)))


def unseen_by_day(by_id: ibis.expr.types.Table) -> pandas.DataFrame:
    """Rows of ids that do not occur on an earlier day.

    Args:
        by_id: As rows_by_id gives it.

    Returns:
        Indexed by day text, oldest first: `rows`, `unseen`.
    """
    counted = by_id.group_by(DAY_COLUMN).agg(
        rows=by_id[WEIGHT].sum(), unseen=_count(by_id, by_id.first_day == by_id[DAY_COLUMN])
    )
    return _indexed_by_day(counted)


def _by_value_and_day(frame: pandas.DataFrame, value: str) -> pandas.DataFrame:
    present = frame.dropna(subset=[value])
    table: pandas.DataFrame = present.pivot_table(
        index=value, columns="day", values="rows", aggfunc="sum", fill_value=0
    )
    return table.astype("int64").sort_index()


def _indexed_by_day(counted: ibis.expr.types.Table) -> pandas.DataFrame:
    frame: pandas.DataFrame = counted.mutate(day=counted[DAY_COLUMN].cast("string")).drop(DAY_COLUMN).execute()
    indexed: pandas.DataFrame = frame.set_index("day").sort_index()
    return indexed


def _count(rows: ibis.expr.types.Table, condition: ibis.expr.types.BooleanValue) -> ibis.expr.types.IntegerScalar:
    if WEIGHT not in rows.columns:
        return rows.count(where=condition)
    return ibis.ifelse(condition, rows[WEIGHT], 0).sum().cast("int64")
