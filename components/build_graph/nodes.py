"""Which nodes exist before the graph's end, since when, and how often they were viewed and clicked in its window."""

from __future__ import annotations

import dataclasses

import ibis
import ibis.expr.types

from components.build_graph.log_tables import LogTables
from schemas.log_contract import log_contract

COUNTERS = ("views", "clicks")


@dataclasses.dataclass(frozen=True)
class NodeTables:
    """Nodes by kind, each with its `index`, the row number in order of id, as tables of the engine.

    Attributes:
        user: id, index, first_seen, views, clicks, declared attributes.
        content: The same, and article_ids.
        brand: id, index, first_seen, views, clicks.
        article: id, index, brand_id; every article, since articles have no time.
        features: content_id, brand_id, first_seen, views, clicks: one row a brand of a content that exists.
    """

    user: ibis.expr.types.Table
    content: ibis.expr.types.Table
    brand: ibis.expr.types.Table
    article: ibis.expr.types.Table
    features: ibis.expr.types.Table


def node_tables(connection: ibis.backends.BaseBackend, logs: LogTables) -> NodeTables:
    """Works the nodes out and keeps them in the engine.

    Args:
        connection: The engine.
        logs: Events strictly before the graph's end.
    """
    content = connection.create_table("content", _indexed(content_nodes(logs), "content_id"))
    brands = content.select("first_seen", *COUNTERS, content_id="id", brand_id=content.brand_ids.unnest()).distinct()
    features = connection.create_table("features", brands)
    return NodeTables(
        user=connection.create_table("user", _indexed(user_nodes(logs), "user_id")),
        content=content,
        brand=connection.create_table("brand", _indexed(brand_nodes(features, logs), "brand_id")),
        article=connection.create_table(
            "article", _indexed(logs.articles.select("article_id", "brand_id"), "article_id")
        ),
        features=features,
    )


def user_nodes(logs: LogTables) -> ibis.expr.types.Table:
    """Users since their first impression, order or follow."""
    seen = [
        _counted(logs.impressions, "user_id"),
        _uncounted(logs.orders, "user_id"),
        _uncounted(logs.follows, "user_id"),
    ]
    users = _merged(ibis.union(*seen), "user_id")
    attributes = log_contract()["users"].columns_with_role("attribute")
    if not attributes:
        return users
    return users.left_join(logs.users.select("user_id", *attributes), "user_id").drop("user_id_right")


def content_nodes(logs: LogTables) -> ibis.expr.types.Table:
    """Contents since they were published, else since their first impression; those that exist before the end.

    An impression before `published_at` shows that the content could be seen already: the earlier of both counts.
    """
    attributes = log_contract()["contents"].columns_with_role("attribute")
    shown = _counted(logs.impressions, "content_id").rename(first_impression="first_seen")
    joined = logs.contents.left_join(shown, "content_id")
    # Engines differ in what the least of a value and a null is: there is no null among these unless both are.
    first_seen = ibis.least(
        joined.published_at.fill_null(joined.first_impression), joined.first_impression.fill_null(joined.published_at)
    )
    contents = joined.select(
        "content_id",
        first_seen=first_seen,
        **{name: joined[name].fill_null(0) for name in COUNTERS},
        **{name: joined[name] for name in ("kind", *attributes, "article_ids", "brand_ids")},
    )
    return contents.filter(contents.first_seen < logs.end)


def brand_nodes(features: ibis.expr.types.Table, logs: LogTables) -> ibis.expr.types.Table:
    """Brands since their earliest content or follow; views and clicks are those of their contents."""
    of_contents = features.select("brand_id", "first_seen", *COUNTERS)
    return _merged(ibis.union(of_contents, _uncounted(logs.follows, "brand_id")), "brand_id")


def _counted(impressions: ibis.expr.types.Table, key: str) -> ibis.expr.types.Table:
    inside = impressions.in_window
    return impressions.group_by(key).agg(
        first_seen=impressions.time.min(),
        views=inside.cast("int64").sum(),
        clicks=(inside & (impressions.clicked == 1)).cast("int64").sum(),
    )


def _uncounted(events: ibis.expr.types.Table, key: str) -> ibis.expr.types.Table:
    zero = ibis.literal(0, "int64")
    return events.group_by(key).agg(first_seen=events.time.min(), views=zero, clicks=zero)


def _merged(seen: ibis.expr.types.Table, key: str) -> ibis.expr.types.Table:
    return seen.group_by(key).agg(
        first_seen=seen.first_seen.min(),
        views=seen.views.sum().cast("int64"),
        clicks=seen.clicks.sum().cast("int64"),
    )


def _indexed(nodes: ibis.expr.types.Table, key: str) -> ibis.expr.types.Table:
    nodes = nodes.rename(id=key)
    return nodes.mutate(index=ibis.row_number().over(order_by=nodes.id).cast("int32")).order_by("id")
