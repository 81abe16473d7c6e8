"""The as-of join: to each row the last event of its key that is strictly before the row's instant.

DuckDB has it as an operator. Spark has none: there rows and events are stacked, and a window over each key in the order
of time hands the last event on to the rows after it. Both give the same rows; `as_of_join` takes what the engine has.
"""

from __future__ import annotations

import ibis
import ibis.expr.types

from components.engine.engine import Engine

KEY, INSTANT, TIME = "key", "instant", "time"


def as_of_join(engine: Engine, rows: ibis.expr.types.Table, events: ibis.expr.types.Table) -> ibis.expr.types.Table:
    """Joins each row to the last event before it.

    Args:
        engine: Where both tables are.
        rows: `key`, `instant`, and columns of other names than those of the events.
        events: `key`, `time`, and the columns to join, without null; at most one event of a key at a time.

    Returns:
        The rows in any order, each once, with the events' columns; these are null where no event of the key is strictly
        before the instant.
    """
    join = by_operator if engine.joins_as_of else by_ordered_window
    return join(rows, events)


def by_operator(rows: ibis.expr.types.Table, events: ibis.expr.types.Table) -> ibis.expr.types.Table:
    """The engine's own as-of join; arguments as for as_of_join."""
    joined = rows.asof_join(events, on=rows[INSTANT] > events[TIME], predicates=rows[KEY] == events[KEY])
    return joined.select(*rows.columns, *_joined_columns(events))


def by_ordered_window(rows: ibis.expr.types.Table, events: ibis.expr.types.Table) -> ibis.expr.types.Table:
    """Union and the last value that is not null over a window; arguments as for as_of_join.

    For Spark alone: on DuckDB, Ibis 12 drops the request to skip nulls (ibis-project/ibis issue 11726).
    """
    values = _joined_columns(events)
    nothing = {name: ibis.null(events[name].type()) for name in values}
    unasked = {name: ibis.null(rows[name].type()) for name in rows.columns if name != KEY}
    stacked = ibis.union(
        rows.mutate(**nothing, **{TIME: rows[INSTANT]}, is_event=ibis.literal(0)),
        events.mutate(**unasked, is_event=ibis.literal(1)).select(*rows.columns, *values, TIME, "is_event"),
    )
    # Of the same instant the rows come first: they see only what is strictly before them.
    window = ibis.window(group_by=KEY, order_by=[TIME, "is_event"], rows=(None, 0))
    last = {name: stacked[name].last(include_null=False).over(window) for name in values}
    carried = stacked.mutate(**last)
    return carried.filter(carried.is_event == 0).select(*rows.columns, *values)


def _joined_columns(events: ibis.expr.types.Table) -> list[str]:
    return [name for name in events.columns if name not in (KEY, TIME)]
