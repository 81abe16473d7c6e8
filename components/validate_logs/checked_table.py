"""One table after its checks: what is handed on, what was put aside and why."""

from __future__ import annotations

import dataclasses

import ibis.expr.types
import pandas

from components.validate_logs.log_files import LogFile
from schemas.instants import Instant
from schemas.log_contract import Table


@dataclasses.dataclass(frozen=True)
class CheckedTable:
    """One table after its checks; the rows themselves stay in the engine.

    Attributes:
        table: The declared table.
        accepted: The accepted rows: exactly the contract's columns in its types, timestamps in UTC, and `partition_day`
            (date; null where the table has no partitions). Worked out anew by every query that uses it.
        quarantined: The rows put aside: the source's columns as text, `unreadable_line` (the text of a line that is no
            JSON object), `reason`, `file` and `partition_day`, all text.
        counts: By day: `day` (text such as 2026-03-02; empty where the table has no partitions), `rows_read`,
            `rows_accepted`, `rows_quarantined`, oldest first.
        reasons: Quarantined rows by expectation, most frequent first; a row may break several.
        outside_window: Rows of its files that belong to another run: neither read nor counted.
        undeclared: Columns of its files that the contract does not know; they are left behind.
        latest: The time of the youngest accepted row; None where there is none, or no time.
        measures: By day: what `daily_measures` tells of the accepted rows; None where it has not been worked out.
        unchanged: Files that hold nothing but accepted rows of the contract's schema, in order of time, alone in their
            partition: they can be handed on as they are.
        remaining: The accepted rows of all other files; None means all of `accepted`.
    """

    table: Table
    accepted: ibis.expr.types.Table
    quarantined: ibis.expr.types.Table
    counts: pandas.DataFrame
    reasons: dict[str, int]
    outside_window: int
    undeclared: tuple[str, ...]
    latest: Instant | None = None
    measures: pandas.DataFrame | None = None
    unchanged: tuple[LogFile, ...] = ()
    remaining: ibis.expr.types.Table | None = None
