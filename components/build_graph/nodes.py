"""Which nodes exist before the graph's end, since when, and how often they were viewed and clicked in its window."""

from __future__ import annotations

import dataclasses

import ibis
import ibis.expr.types

from components.build_graph.activity import COUNTERS, Activity, merged
from components.build_graph.log_tables import LogTables
from components.engine.engine import Engine
from schemas.log_contract import log_contract


@dataclasses.dataclass(frozen=True)
class NodeTables:
    """Nodes by kind, each with its `index`, the row number in order of id, as tables of the engine.

    Attributes:
        user: id, index, first_seen, views, clicks, declared attributes.
        content: The same, and article_ids and brand_ids.
        brand: id, index, first_seen, views, clicks.
        article: id, index, brand_id; every article, since articles have no time.
        features: content_id, brand_id, first_seen, views, clicks: one row a brand of a content that exists.
        counts: How many of each kind, `article` included.
    """

    user: ibis.expr.types.Table
    content: ibis.expr.types.Table
    brand: ibis.expr.types.Table
    article: ibis.expr.types.Table
    features: ibis.expr.types.Table
    counts: dict[str, int]


def node_tables(engine: Engine, logs: LogTables, activity: Activity) -> NodeTables:
    """Works the nodes out and keeps them in the engine.

    Args:
        engine: Where they are kept.
        logs: For what contents, articles and users are like.
        activity: Of everything before the graph's end.
    """
    content = engine.keep("content", _indexed(_contents(logs, activity)))
    brands = content.select("first_seen", *COUNTERS, content_id="id", brand_id=content.brand_ids.unnest()).distinct()
    features = engine.keep("features", brands)
    of_contents = features.select("first_seen", *COUNTERS, id="brand_id")
    nodes = {
        "user": engine.keep("user", _indexed(_users(logs, activity))),
        "content": content,
        "brand": engine.keep("brand", _indexed(merged(of_contents, *activity.brands))),
        "article": engine.keep("article", _indexed(logs.articles.select(id="article_id", brand_id="brand_id"))),
    }
    counts = {kind: int(table.count().execute()) for kind, table in nodes.items()}
    return NodeTables(**nodes, features=features, counts=counts)


def _users(logs: LogTables, activity: Activity) -> ibis.expr.types.Table:
    users = merged(*activity.users)
    attributes = log_contract()["users"].columns_with_role("attribute")
    if not attributes:
        return users
    return users.left_join(logs.users.select(*attributes, id="user_id"), "id").drop("id_right")


def _contents(logs: LogTables, activity: Activity) -> ibis.expr.types.Table:
    """Contents since they were published, else since their first impression; those that exist before the end.

    An impression before `published_at` shows that the content could be seen already: the earlier of both counts.
    """
    attributes = log_contract()["contents"].columns_with_role("attribute")
    declared = logs.contents.rename(id="content_id")
    joined = declared.left_join(merged(*activity.contents).rename(first_impression="first_seen"), "id")
    # Engines differ in what the least of a value and a null is: there is no null among these unless both are.
    first_seen = ibis.least(
        joined.published_at.fill_null(joined.first_impression), joined.first_impression.fill_null(joined.published_at)
    )
    contents = joined.select(
        "id",
        first_seen=first_seen,
        **{name: joined[name].fill_null(0) for name in COUNTERS},
        **{name: joined[name] for name in ("kind", *attributes, "article_ids", "brand_ids")},
    )
    return contents.filter(contents.first_seen < logs.end)


def _indexed(nodes: ibis.expr.types.Table) -> ibis.expr.types.Table:
    return nodes.mutate(index=(ibis.row_number().over(order_by=nodes.id)).cast("int32"))
