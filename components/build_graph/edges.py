"""The four relations of the graph as links of node indices, and their edges in both directions."""

from __future__ import annotations

import dataclasses
import math

import ibis
import ibis.expr.types

from components.build_graph.log_tables import LogTables
from components.build_graph.nodes import NodeTables
from components.build_graph.sorted_rows import RowSpan
from components.engine.engine import Engine
from schemas.errors import ContractError
from schemas.instants import MICROSECONDS, Instant

UNIT_DWELL = math.e - 1
"""The dwell whose log1p is 1: stands where no dwell is known, so that clicks sort by dwell as they sort by weight."""


@dataclasses.dataclass(frozen=True)
class LinkTables:
    """Links of node indices: source and target (int32), time; kept in the engine.

    Attributes:
        views: Every impression.
        clicks: With dwell, float64 seconds, UNIT_DWELL where none is known yet.
        follows: Users and brands.
        features: Contents and brands, since the content was seen.
        pending: The clicks whose dwell ends at or after the graph's end, with that dwell.
        spans: Number and times of the links of each of the four relations.
    """

    views: ibis.expr.types.Table
    clicks: ibis.expr.types.Table
    follows: ibis.expr.types.Table
    features: ibis.expr.types.Table
    pending: ibis.expr.types.Table
    spans: dict[str, RowSpan]


def link_tables(engine: Engine, logs: LogTables, nodes: NodeTables, first_time: Instant | None) -> LinkTables:
    """Works the links out and keeps them in the engine.

    Args:
        engine: Where they are kept.
        logs: The events.
        nodes: The nodes with their indices.
        first_time: Follows and content-brand links from before it are left out; None keeps all.

    Raises:
        ContractError: An impression names a content that the logs do not have.
    """
    views = engine.keep("views", _views(logs, nodes))
    spans = {"views": RowSpan.of(views)}
    _require_all(spans["views"].count, logs.impressions)
    follows, features = _follows(logs, nodes), _features(nodes)
    if first_time is not None:
        follows, features = (links.filter(links.time >= first_time) for links in (follows, features))
    clicks = views.filter(views.clicked == 1).drop("clicked")
    clicks = engine.keep("clicked_views", clicks.mutate(dwell_seconds=clicks.dwell_seconds.cast("float64")))
    known = known_dwell(clicks.time, clicks.dwell_seconds, logs.end).fill_null(False)
    weighted = clicks.select(
        "source", "target", "time", dwell=known.ifelse(clicks.dwell_seconds, ibis.literal(UNIT_DWELL, "float64"))
    )
    follows, features = engine.keep("follows", follows), engine.keep("content_brands", features)
    return LinkTables(
        views=views.select("source", "target", "time"),
        clicks=weighted,
        follows=follows,
        features=features,
        pending=clicks.filter(~known, clicks.dwell_seconds.notnull()),
        spans={**spans, "clicks": RowSpan.of(clicks), "follows": RowSpan.of(follows), "features": RowSpan.of(features)},
    )


def known_dwell(
    time: ibis.expr.types.IntegerValue, dwell_seconds: ibis.expr.types.FloatingValue, instant: Instant
) -> ibis.expr.types.BooleanValue:
    """Whether a dwell had ended before an instant (section 5 of the design, rule 5); null where there is none."""
    return time.cast("float64") + dwell_seconds * float(MICROSECONDS["s"]) < float(instant)


def directed_edges(links: ibis.expr.types.Table, reverse: bool) -> ibis.expr.types.Table:
    """The edges of one direction: target, row (the source's index), time, dwell if any."""
    source, target = ("target", "source") if reverse else ("source", "target")
    dwell = [name for name in links.columns if name == "dwell"]
    return links.select("time", *dwell, row=links[source], target=links[target])


def _views(logs: LogTables, nodes: NodeTables) -> ibis.expr.types.Table:
    rows = logs.impressions
    users, contents = _indices(nodes.user, "user_id", "source"), _indices(nodes.content, "content_id", "target")
    joined = rows.inner_join(users, "user_id").inner_join(contents, "content_id")
    return joined.select("source", "target", "time", "clicked", "dwell_seconds")


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


def _require_all(found: int, impressions: ibis.expr.types.Table) -> None:
    expected = int(impressions.count().execute())
    if found != expected:
        raise ContractError(
            f"impressions: {expected:,} rows, but {found:,} name ids that the other tables have; "
            "validate the logs again"
        )
