"""Who and what was seen, since when and how often: of logs, of an earlier graph, and of both together."""

from __future__ import annotations

import dataclasses

import ibis
import ibis.expr.types

from components.build_graph.log_tables import LogTables

COUNTERS = ("views", "clicks")


@dataclasses.dataclass(frozen=True)
class Activity:
    """Tables of `id`, `first_seen` (microseconds), `views`, `clicks` (int64): one row an id in each, to be `merged`.

    Attributes:
        users: Everyone with an impression, an order or a follow.
        contents: Everything shown.
        brands: Everything followed; views and clicks are 0, since they come from the contents.
    """

    users: tuple[ibis.expr.types.Table, ...]
    contents: tuple[ibis.expr.types.Table, ...]
    brands: tuple[ibis.expr.types.Table, ...]


def activity_of_logs(logs: LogTables) -> Activity:
    """What the events of logs tell."""
    return Activity(
        users=(
            _counted(logs.impressions, "user_id"),
            _uncounted(logs.orders, "user_id"),
            _uncounted(logs.follows, "user_id"),
        ),
        contents=(_counted(logs.impressions, "content_id"),),
        brands=(_uncounted(logs.follows, "brand_id"),),
    )


def joined_activity(one: Activity, other: Activity) -> Activity:
    """The activity of both, of which no event is in the other."""
    return Activity(
        users=one.users + other.users,
        contents=one.contents + other.contents,
        brands=one.brands + other.brands,
    )


def merged(*seen: ibis.expr.types.Table) -> ibis.expr.types.Table:
    """Tables of activity as one: the earliest first_seen, the sums of the counters."""
    rows = ibis.union(*seen)
    return rows.group_by("id").agg(
        first_seen=rows.first_seen.min(),
        views=rows.views.sum().cast("int64"),
        clicks=rows.clicks.sum().cast("int64"),
    )


def _counted(impressions: ibis.expr.types.Table, key: str) -> ibis.expr.types.Table:
    return impressions.group_by(id=key).agg(
        first_seen=impressions.time.min(),
        views=impressions.count(),
        clicks=(impressions.clicked == 1).cast("int64").sum(),
    )


def _uncounted(events: ibis.expr.types.Table, key: str) -> ibis.expr.types.Table:
    zero = ibis.literal(0, "int64")
    return events.group_by(id=key).agg(first_seen=events.time.min(), views=zero, clicks=zero)
