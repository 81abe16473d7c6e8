"""The comparison of a table's days: the newest whole day decides, the earlier ones are shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import ibis
import ibis.expr.types
import pandas

from components.engine.engine import Engine
from components.validate_logs.checked_table import CheckedTable
from components.validate_logs.drift.column_differences import ColumnDifferences, column_differences
from components.validate_logs.drift.compared_columns import compared_columns, described_by
from components.validate_logs.drift.day_counts import rows_by_day, rows_by_id, unseen_by_day
from components.validate_logs.drift.differences import (
    DAYS_BEFORE,
    Difference,
    share_differences,
    volume_differences,
)
from components.validate_logs.drift.results import DriftResult, TableComparison, level_of
from components.validate_logs.drift.whole_days import whole_days
from components.validate_logs.log_window import LogWindow
from components.validate_logs.wide_file import DAY_COLUMN
from schemas.drift_limits import DriftLimit, TableDrift
from schemas.log_contract import Table


def compare_days(
    engine: Engine, checked: CheckedTable, window: LogWindow, others: Mapping[str, CheckedTable]
) -> TableComparison:
    """Compares every whole UTC day of the window, from the third on, with the whole days of the window before it.

    Measured are the rows, the rates (mean of columns that are 0 or 1, such as `clicked`), the shares of missing
    values, the shares of rows with ids that were not seen before (cold users and content; all earlier rows count as
    before, also those of the day that the window's start cuts), and the distribution of each column that is no id. So
    are the columns of the tables that describe ids, as often as the ids occur: the kinds of content that were shown.

    Args:
        engine: Holds the rows.
        checked: The table after its checks.
        window: The run's instants; days that they cut are not compared.
        others: The checked tables by name, for the descriptions of ids.

    Returns:
        The results; none for a table that declares no drift, has no row, or has fewer than three whole days.
    """
    table, days = checked.table, whole_days(window)
    nothing = TableComparison(table.name, tuple(days), (), ())
    if table.drift is None or len(days) <= DAYS_BEFORE:
        return nothing
    rows = checked.accepted.filter(checked.accepted[DAY_COLUMN] <= ibis.date(days[-1]))
    compared = rows.filter(rows[DAY_COLUMN] >= ibis.date(days[0]))
    counts = _of_days(rows_by_day(compared, table.columns), days)
    if counts["rows"].sum() == 0:
        return nothing
    volumes = volume_differences(counts["rows"].to_numpy("int64"), days)
    results = [_result(table.name, table.drift, None, difference, table.drift.volume) for difference in volumes]
    found = [
        *column_differences(engine, compared, table, counts, days),
        *_id_differences(engine, rows, table, days, others),
    ]
    for column in found:
        for difference in column.differences:
            limit = table.drift_limit(column.declared, difference.measure)
            results.append(_result(table.name, table.drift, column.label, difference, limit))
    distributions = tuple(column.distribution for column in found if column.distribution is not None)
    return TableComparison(
        table.name, tuple(days), tuple(sorted(results, key=lambda result: result.day)), distributions
    )


def _id_differences(
    engine: Engine,
    rows: ibis.expr.types.Table,
    table: Table,
    days: list[str],
    others: Mapping[str, CheckedTable],
) -> Iterator[ColumnDifferences]:
    """Of ids: those not seen before, and the columns that describe them."""
    contract = {name: other.table for name, other in others.items()}
    for name, column in table.columns.items():
        describing = described_by(table, name, contract)
        if describing is not None and not compared_columns(describing):
            describing = None
        if column.drift.unseen_share is None and describing is None:
            continue
        by_id = engine.keep(f"rows_by_{name}", rows_by_id(rows, name))
        if column.drift.unseen_share is not None:
            seen = unseen_by_day(by_id)
            ones, all_rows = (_of_days(seen, days)[what].to_numpy("int64") for what in ("unseen", "rows"))
            # On the first day of the logs every id is new.
            first = 1 if len(seen) and seen.index[0] == days[0] else 0
            yield ColumnDifferences(name, column, tuple(share_differences("unseen_share", ones, all_rows, days, first)))
        if describing is not None:
            descriptions = others[describing.name].accepted.drop(DAY_COLUMN)
            shown = by_id.filter(by_id[DAY_COLUMN] >= ibis.date(days[0]))
            joined = shown.join(descriptions, shown[name] == descriptions[describing.key[0]])
            columns = {other.name: other.declared for other in compared_columns(describing)}
            described = describing.model_copy(update={"columns": columns})
            counts = _of_days(rows_by_day(joined, columns), days)
            if counts["rows"].sum() > 0:
                yield from column_differences(engine, joined, described, counts, days, f"{describing.name}.")
        engine.drop(f"rows_by_{name}")


def _of_days(counts: pandas.DataFrame, days: list[str]) -> pandas.DataFrame:
    """One row a compared day, zeros where a day has no row."""
    counted = [name for name in counts if not str(name).endswith((": smallest", ": largest"))]
    return counts.astype("float64").reindex(days).fillna(dict.fromkeys(counted, 0))


def _result(
    table: str, limits: TableDrift, column: str | None, difference: Difference, limit: DriftLimit | None
) -> DriftResult:
    limit = limit if limit is not None else DriftLimit()
    enough = difference.fewest >= limits.minimum_rows
    level = level_of(difference.change, limit, difference.p_value, limits.significance) if enough else "ok"
    return DriftResult(
        table=table,
        day=difference.day,
        column=column,
        measure=difference.measure,
        value=_rounded(difference.value),
        reference=None if difference.reference is None else _rounded(difference.reference),
        change=_rounded(difference.change),
        p_value=None if difference.p_value is None else _rounded(difference.p_value),
        warn=limit.warn,
        refuse=limit.refuse,
        level=level,
    )


def _rounded(value: float) -> float:
    """Six digits: what the last bits of a sum depend on says nothing."""
    return float(f"{value:.6g}")
