"""The four relations of the graph as links of node indices, and their edges in both directions."""

from __future__ import annotations

import math

import ibis
import ibis.expr.types

from components.build_graph.log_tables import LogTables
from components.build_graph.nodes import NodeTables
from schemas.errors import ContractError
from schemas.graph_artifact import EDGE_TYPES, EdgeType
from schemas.instants import MICROSECONDS

UNIT_DWELL = math.e - 1
"""The dwell whose log1p is 1: stands where no dwell is known, so that clicks sort by dwell as they sort by weight."""


def link_tables(
    connection: ibis.backends.BaseBackend, logs: LogTables, nodes: NodeTables, reach_back: bool
) -> dict[EdgeType, ibis.expr.types.Table]:
    """Works the links out and keeps them in the engine.

    Args:
        connection: The engine.
        logs: Events strictly before the graph's end.
        nodes: The nodes with their indices.
        reach_back: Whether follows and content-brand links from before the window belong to the graph.

    Returns:
        For each of the four forward relations: source and target (int32 indices), time; dwell (float64 seconds) of
        clicks, whose weight it gives.

    Raises:
        ContractError: An impression names a content that the logs do not have.
    """
    views = connection.create_table("views", _views(logs, nodes))
    _require_all(views, logs.impressions.filter(logs.impressions.in_window), "impressions")
    follows, features = _follows(logs, nodes), _features(nodes)
    if not reach_back:
        follows, features = (links.filter(links.time >= logs.start) for links in (follows, features))
    relations = {
        "views": views.select("source", "target", "time"),
        "clicks": connection.create_table("clicks", _clicks(views, logs)),
        "follows": connection.create_table("follows", follows),
        "features": connection.create_table("content_brands", features),
    }
    return {edge_type: relations[edge_type[1]] for edge_type in EDGE_TYPES[:4]}


def sorted_edges(links: ibis.expr.types.Table, reverse: bool) -> ibis.expr.types.Table:
    """The edges of one direction: target, row (the source's index), time, dwell if any, in the artifact's order."""
    source, target = ("target", "source") if reverse else ("source", "target")
    dwell = [name for name in links.columns if name == "dwell"]
    edges = links.select("time", *dwell, row=links[source], target=links[target])
    return edges.order_by("target", "time", "row", *dwell)


def _views(logs: LogTables, nodes: NodeTables) -> ibis.expr.types.Table:
    rows = logs.impressions.filter(logs.impressions.in_window)
    users, contents = _indices(nodes.user, "user_id", "source"), _indices(nodes.content, "content_id", "target")
    return (
        rows.inner_join(users, "user_id")
        .inner_join(contents, "content_id")
        .select("source", "target", "time", "clicked", "dwell_seconds")
    )


def _clicks(views: ibis.expr.types.Table, logs: LogTables) -> ibis.expr.types.Table:
    clicks = views.filter(views.clicked == 1)
    dwell = clicks.dwell_seconds.cast("float64")
    # A dwell is known only once it has ended (section 5 of the design, rule 5).
    known = (clicks.time.cast("float64") + dwell * float(MICROSECONDS["s"]) < float(logs.end)).fill_null(False)
    return clicks.select("source", "target", "time", dwell=known.ifelse(dwell, ibis.literal(UNIT_DWELL, "float64")))


def _follows(logs: LogTables, nodes: NodeTables) -> ibis.expr.types.Table:
    users, brands = _indices(nodes.user, "user_id", "source"), _indices(nodes.brand, "brand_id", "target")
    follows = logs.follows.inner_join(users, "user_id").inner_join(brands, "brand_id")
    return follows.select("source", "target", "time")


def _features(nodes: NodeTables) -> ibis.expr.types.Table:
    contents, brands = _indices(nodes.content, "content_id", "source"), _indices(nodes.brand, "brand_id", "target")
    features = nodes.features.inner_join(contents, "content_id").inner_join(brands, "brand_id")
    return features.select("source", "target", time="first_seen")


def _indices(nodes: ibis.expr.types.Table, key: str, name: str) -> ibis.expr.types.Table:
    return nodes.select(**{key: nodes.id, name: nodes.index})


def _require_all(joined: ibis.expr.types.Table, rows: ibis.expr.types.Table, table: str) -> None:
    found, expected = joined.count().execute(), rows.count().execute()
    if found != expected:
        raise ContractError(
            f"{table}: {expected:,} rows, but {found:,} name ids that the other tables have; validate the logs again"
        )
