"""Tells of every row, in one expression, whether it is of the window, faulty by itself, or in dispute with another."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import ibis.expr.types

from components.engine.engine import Engine
from components.validate_logs.log_window import LogWindow
from components.validate_logs.repeated_rows import with_contested
from components.validate_logs.row_rules import MISPLACED_COLUMN, row_rules
from components.validate_logs.table_rules import reference_rules, unknown_column, with_references
from components.validate_logs.wide_file import DAY_COLUMN
from schemas.instants import DAY
from schemas.log_contract import Table

INSIDE_COLUMN = "inside"
FAULTY_COLUMN = "faulty"
REASON_COLUMN = "reason"


def marked_rows(
    engine: Engine,
    rows: ibis.expr.types.Table,
    table: Table,
    window: LogWindow,
    keys: Mapping[str, ibis.expr.types.Table],
    hashes: ibis.expr.types.Table | None,
) -> ibis.expr.types.Table:
    """Marks the rows of a table.

    Args:
        engine: Reads the rows.
        rows: From source_rows.
        table: The declared table.
        window: The run's instants.
        keys: The accepted keys of the tables that this one references, as with_references takes them.
        hashes: From repeated_hashes.

    Returns:
        The rows with, all boolean and never null but the first: MISPLACED_COLUMN (the time is outside the partition's
        day), INSIDE_COLUMN (of the window, or at fault in its very place in time), the unknown_columns, FAULTY_COLUMN
        (breaks a row rule or a reference rule) and CONTESTED_COLUMN.
    """
    rows = with_contested(engine, with_references(_placed(engine, rows, table, window), table, keys), table, hashes)
    faulty = ibis.or_(
        *(rule.broken(rows) for rule in row_rules(table)),
        *(rows[unknown_column(rule)] for rule in reference_rules(table)),
    )
    return rows.mutate(**{FAULTY_COLUMN: faulty.fill_null(False)})


def with_reasons(rows: ibis.expr.types.Table, table: Table) -> ibis.expr.types.Table:
    """Adds REASON_COLUMN to marked rows that are faulty: what they break, separated by `; `.

    References are looked at only where the row itself is in order, and only the first that is broken is named.
    """
    reasons: ibis.expr.types.StringValue = ibis.literal("")
    for rule in row_rules(table):
        reasons += rule.broken(rows).fill_null(False).ifelse(f"; {rule.expectation}", "")
    reason: ibis.expr.types.StringValue = reasons.substr(2)
    for reference in reference_rules(table):
        reason = ((reason == "") & rows[unknown_column(reference)]).ifelse(reference.expectation, reason)
    return rows.mutate(**{REASON_COLUMN: reason})


def _placed(engine: Engine, rows: ibis.expr.types.Table, table: Table, window: LogWindow) -> ibis.expr.types.Table:
    if table.partitioned_by is None:
        return rows.mutate(**{MISPLACED_COLUMN: ibis.literal(False), INSIDE_COLUMN: ibis.literal(True)})
    time = engine.microseconds(rows[table.partitioned_by])
    day = engine.microseconds(rows[DAY_COLUMN].cast("timestamp('UTC')"))
    misplaced = (time < day) | (time >= day + DAY)
    of_window = time < window.end
    first = window.first_instant(table)
    if first is not None:
        of_window &= time >= first
    inside = misplaced.fill_null(True) | of_window
    return rows.mutate(**{MISPLACED_COLUMN: misplaced, INSIDE_COLUMN: inside})
