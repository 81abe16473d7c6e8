"""The four relations of the graph as links of node indices, and their edges in both directions."""

from __future__ import annotations

import dataclasses
import functools
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
class Links:
    """Links of one relation: source and target (int32), time and, for clicks, dwell; kept in the engine.

    Attributes:
        rows: The links; the dwell is float64 seconds, UNIT_DWELL where none is known yet.
        span: Their number and times.
    """

    rows: ibis.expr.types.Table
    span: RowSpan


class LinkTables:
    """The links of node indices, each relation worked out when it is asked for.

    Args:
        engine: Where they are kept.
        logs: The events.
        nodes: The nodes with their indices.
        first_time: Follows and content-brand links from before it are left out; None keeps all.
    """

    def __init__(self, engine: Engine, logs: LogTables, nodes: NodeTables, first_time: Instant | None) -> None:
        self._engine, self._logs, self._nodes, self._first_time = engine, logs, nodes, first_time

    def of(self, relation: str) -> Links:
        """The links of `views`, `clicks`, `follows` or `features`.

        Raises:
            ContractError: An impression names a content that the logs do not have.
        """
        links: Links = getattr(self, f"_{relation}")
        return links

    @property
    def pending(self) -> ibis.expr.types.Table:
        """The clicks whose dwell ends at or after the graph's end, with that dwell in `dwell_seconds`."""
        clicks = self._clicked_views
        return clicks.filter(~self._known(clicks), clicks.dwell_seconds.notnull())

    @functools.cached_property
    def _impressions(self) -> Links:
        views = self._engine.keep("views", _views(self._logs, self._nodes))
        span = RowSpan.of(views)
        _require_all(span.count, self._logs.impressions)
        return Links(views, span)

    @property
    def _views(self) -> Links:
        return Links(self._impressions.rows.select("source", "target", "time"), self._impressions.span)

    @functools.cached_property
    def _clicked_views(self) -> ibis.expr.types.Table:
        views = self._impressions.rows
        clicks = views.filter(views.clicked == 1).drop("clicked")
        return self._engine.keep("clicked_views", clicks.mutate(dwell_seconds=clicks.dwell_seconds.cast("float64")))

    @functools.cached_property
    def _clicks(self) -> Links:
        clicks = self._clicked_views
        dwell = self._known(clicks).ifelse(clicks.dwell_seconds, ibis.literal(UNIT_DWELL, "float64"))
        return Links(clicks.select("source", "target", "time", dwell=dwell), RowSpan.of(clicks))

    @functools.cached_property
    def _follows(self) -> Links:
        return self._kept_since("follows", _follows(self._logs, self._nodes))

    @functools.cached_property
    def _features(self) -> Links:
        return self._kept_since("content_brands", _features(self._nodes))

    def _kept_since(self, name: str, links: ibis.expr.types.Table) -> Links:
        if self._first_time is not None:
            links = links.filter(links.time >= self._first_time)
        links = self._engine.keep(name, links)
        return Links(links, RowSpan.of(links))

    def _known(self, clicks: ibis.expr.types.Table) -> ibis.expr.types.BooleanValue:
        return known_dwell(clicks.time, clicks.dwell_seconds, self._logs.end).fill_null(False)


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
