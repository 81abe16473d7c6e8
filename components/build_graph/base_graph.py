"""An earlier graph whose window a new one continues: what stays of it, without reading its logs again."""

from __future__ import annotations

import functools
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import ibis.expr.types
import numpy
import numpy.typing
import pyarrow
import pyarrow.compute

from components.build_graph.activity import COUNTERS, Activity
from components.build_graph.base_relation import NEVER, BaseRelation, Mask
from components.build_graph.carry_over import PendingClicks, read_carry_over
from components.build_graph.graph_files import read_node_ids
from components.engine.engine import Engine
from schemas.errors import ContractError
from schemas.graph_artifact import WINDOWED, Edges, EdgeType, GraphArtifact, IntArray, RowArray
from schemas.instants import Instant, format_instant, parse_instant


class BaseGraph:
    """What stays of an earlier graph in the window [start, end).

    Args:
        folder: A graph artifact of [earlier start, as_of) that reaches back.
        start: The first instant of the new window; within the earlier one.
        end: Its end; after the earlier `as_of`.

    Attributes:
        as_of: Where the earlier graph ends and new events begin.

    Raises:
        ContractError: The earlier graph does not reach from `start` to somewhere before `end`, or has no carry-over.
    """

    def __init__(self, folder: Path, start: Instant, end: Instant) -> None:
        self._graph = GraphArtifact(folder)
        self._start = start
        meta = self._graph.meta
        earlier_start, self.as_of = parse_instant(str(meta.details["window_start"])), meta.as_of_instant
        if not earlier_start <= start <= self.as_of < end:
            raise ContractError(
                f"{folder}: the base covers {format_instant(earlier_start)} to {meta.as_of}; a window from "
                f"{format_instant(start)} to {format_instant(end)} cannot continue it. Its start must lie within the "
                "base's and its end after; else build without --base"
            )
        if not meta.details["reach_back"]:
            raise ContractError(f"{folder}: the base leaves out what lies before its window; build without --base")
        self._pending = read_carry_over(folder)
        self._content_stays: Mask | None = None
        self._article_stays: Mask | None = None

    def keep_declared(self, contents: pyarrow.ChunkedArray, articles: pyarrow.ChunkedArray) -> None:
        """Says which contents and articles there still are; whatever names another one goes.

        Args:
            contents: Ids.
            articles: Ids.
        """
        self._content_stays = _is_in(self._ids("content"), contents)
        self._article_stays = numpy.concatenate([[False], _is_in(self._ids("article"), articles)])

    @functools.cache  # noqa: B019 - lives as long as the step
    def relation(self, edge_type: EdgeType) -> BaseRelation:
        """The edges of one relation that stay."""
        source, name, target = edge_type
        return BaseRelation(
            edges=self._graph.edges(edge_type),
            source_stays=self._stays(source),
            target_stays=self._stays(target),
            first_time=self._start if name in WINDOWED else None,
        )

    @functools.cached_property
    def orders(self) -> BaseRelation:
        """The orders that stay; `row` indexes article_embedding."""
        orders = self._graph.orders
        edges = Edges(orders.colptr, orders.row, orders.time, numpy.empty(0, numpy.float32))
        if self._article_stays is None:
            raise RuntimeError("keep_declared comes first")
        return BaseRelation(edges, self._article_stays, self._stays("user"), first_time=None)

    def activity(self, engine: Engine) -> Activity:
        """What stays of users, contents and followed brands, as tables of the engine."""
        views, clicks = (
            self.relation(("content", "viewed_by", "user")),
            self.relation(("content", "clicked_by", "user")),
        )
        followed = self.relation(("brand", "followed_by", "user"))
        shown, clicked = self.relation(("user", "views", "content")), self.relation(("user", "clicks", "content"))
        follows = self.relation(("user", "follows", "brand"))
        with ThreadPoolExecutor() as counting:
            list(counting.map(BaseRelation.count, (views, clicks, shown, clicked)))
        first_seen = numpy.minimum.reduce([views.first_seen, self.orders.first_seen, followed.first_seen])
        nothing = numpy.zeros(len(follows.degree), numpy.int64)
        return Activity(
            users=(self._activity(engine, "user", first_seen, views.degree, clicks.degree),),
            contents=(self._activity(engine, "content", shown.first_seen, shown.degree, clicked.degree),),
            brands=(self._activity(engine, "brand", follows.first_seen, nothing, nothing),),
        )

    @functools.cache  # noqa: B019 - lives as long as the step
    def new_index(self, kind: str, nodes: Path) -> RowArray:
        """Where each earlier node is among the new ones: int32 [earlier nodes], -1 for those that are gone.

        Args:
            kind: `user`, `content`, `brand` or `article`.
            nodes: The folder `nodes` of the new graph.
        """
        found = pyarrow.compute.index_in(self._ids(kind), value_set=read_node_ids(nodes, kind).combine_chunks())
        index: RowArray = found.fill_null(-1).to_numpy()
        return index

    def pending(self, user_index: RowArray, content_index: RowArray) -> PendingClicks:
        """The clicks of the new window whose dwell the earlier graph did not know, in the new indices."""
        pending = self._pending
        stay = (pending.time >= self._start) & self._stays("content")[pending.content]
        kept = pending.select(stay)
        return PendingClicks(user_index[kept.user], content_index[kept.content], kept.time, kept.dwell_seconds)

    @functools.cache  # noqa: B019 - lives as long as the step
    def _ids(self, kind: str) -> pyarrow.Array:
        return self._graph.nodes(kind)["id"].combine_chunks()

    def _stays(self, kind: str) -> Mask:
        if kind != "content":
            # Users and brands go with their last edge, not before it.
            return numpy.ones(int(self._graph.meta.counts[f"{kind}_nodes"]), bool)
        if self._content_stays is None:
            raise RuntimeError("keep_declared comes first")
        return self._content_stays

    def _activity(
        self, engine: Engine, kind: str, first_seen: IntArray, views: IntArray, clicks: IntArray
    ) -> ibis.expr.types.Table:
        seen = numpy.flatnonzero(first_seen != NEVER)
        counters = dict(zip(COUNTERS, (views[seen], clicks[seen]), strict=True))
        columns = {"id": self._ids(kind).take(pyarrow.array(seen)), "first_seen": first_seen[seen], **counters}
        return engine.from_arrow(f"earlier_{kind}", pyarrow.table(columns))


def _is_in(ids: pyarrow.Array, known: pyarrow.ChunkedArray) -> Mask:
    found: Mask = pyarrow.compute.is_in(ids, value_set=known.combine_chunks()).to_numpy(zero_copy_only=False)
    return found
