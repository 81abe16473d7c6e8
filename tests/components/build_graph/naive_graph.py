"""The graph written down naively, row by row with ids, from the design's words: what build_graph must agree with."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy
import pandas

from components.build_graph.settings import GraphSettings
from components.build_graph.step import build_graph
from schemas.graph_artifact import EdgeType, GraphArtifact
from schemas.instants import DAY, HOUR, Instant
from schemas.step_report import StepReport
from tests.log_folders import START, Tables, write_validated_logs

LOGS_WINDOW = (START, START + 8 * DAY)
WINDOWS = {
    "train": (START, START + 7 * DAY),
    "test": (START + 7 * DAY, START + 8 * DAY),
    "replay": LOGS_WINDOW,
    "cut": (START + DAY + HOUR, START + 4 * DAY + 7 * HOUR),
}
"""Spans of the small shop: the three of a run, and one that cuts partitions."""

Edge = tuple[str, int, str, float]
"""Target's id, time, source's id, weight."""


def with_ties(tables: Tables) -> Tables:
    """Repeated views of a pair at one time, with and without clicks, and equal times everywhere."""
    frame = tables["impressions"]
    frame["timestamp"] = frame["timestamp"].dt.floor("6h")
    frame.loc[: len(frame) // 2, "user_id"] = frame.loc[: len(frame) // 2, "user_id"].replace("user01", "user02")
    return tables


def built(
    folder: Path,
    tables: Tables,
    logs_window: tuple[Instant, Instant],
    window: tuple[Instant, Instant],
    *,
    rows_in_memory: int = 1 << 22,
    **options: Any,
) -> GraphArtifact:
    """Writes validated logs and builds a graph of them."""
    logs = folder / "logs"
    if not logs.exists():
        write_validated_logs(logs, tables, *logs_window)
    output = (
        folder / f"graph_{window[0]}_{window[1]}_{'_'.join(options)}_{options.get('reach_back', True)}_{rows_in_memory}"
    )
    build_graph(
        logs=logs,
        output=output,
        start=window[0],
        end=window[1],
        settings=GraphSettings(memory_limit="1GB", rows_in_memory=rows_in_memory),
        report=StepReport("build_graph", 0.0),
        **options,
    )
    return GraphArtifact(output)


def microseconds(moments: Any) -> list[int]:
    """Timestamps as instants."""
    return [int(moment.value // 1000) for moment in moments]


class NaiveGraph:
    """Nodes and edges by id.

    Args:
        tables: Valid tables.
        start: The first instant of the graph's window.
        end: Its end.
    """

    def __init__(self, tables: Tables, start: Instant, end: Instant) -> None:
        columns = ("user_id", "content_id", "clicked", "dwell_seconds")
        impressions = [row for row in self._events(tables["impressions"], end, *columns) if row[0] >= start]
        self.orders = self._events(tables["orders"], end, "user_id", "article_id")
        follows = self._events(tables["follows"], end, "user_id", "brand_id")
        published = {
            content: None if pandas.isna(moment) else int(moment.value // 1000)
            for content, moment in zip(
                tables["contents"]["content_id"], tables["contents"]["published_at"], strict=True
            )
        }
        self.first_seen: dict[str, dict[str, int]] = {"user": {}, "content": {}, "brand": {}}
        for time, user, *_ in [*impressions, *self.orders, *follows]:
            self._seen("user", user, time)
        for time, _, content, *_ in impressions:
            if published[content] is None or time < published[content]:
                self._seen("content", content, time)
        for content, published_at in published.items():
            if published_at is not None and published_at < end:
                self._seen("content", content, published_at)
        links = [
            (content, brand)
            for content, brands in zip(tables["contents"]["content_id"], tables["contents"]["brand_ids"], strict=True)
            if content in self.first_seen["content"]
            for brand in sorted(set(brands))
        ]
        for content, brand in links:
            self._seen("brand", brand, self.first_seen["content"][content])
        for time, _, brand in follows:
            self._seen("brand", brand, time)

        views: list[Edge] = []
        clicks: list[Edge] = []
        self.counters: dict[str, dict[str, list[int]]] = {
            kind: {node: [0, 0] for node in nodes} for kind, nodes in self.first_seen.items()
        }
        for time, user, content, clicked, dwell in impressions:
            views.append((content, time, user, 1.0))
            nodes = [
                ("user", user),
                ("content", content),
                *(("brand", brand) for item, brand in links if item == content),
            ]
            for kind, node in nodes:
                self.counters[kind][node][0] += 1
                self.counters[kind][node][1] += int(clicked)
            if clicked:
                known = not math.isnan(dwell) and time + float(numpy.float32(dwell)) * 1e6 < end
                clicks.append((content, time, user, math.log1p(numpy.float32(dwell)) if known else 1.0))
        self.edges: dict[EdgeType, list[Edge]] = {
            ("user", "views", "content"): views,
            ("user", "clicks", "content"): clicks,
            ("user", "follows", "brand"): [(brand, time, user, 1.0) for time, user, brand in follows],
            ("content", "features", "brand"): [
                (brand, self.first_seen["content"][content], content, 1.0) for content, brand in links
            ],
        }
        names = {"views": "viewed_by", "clicks": "clicked_by", "follows": "followed_by", "features": "featured_by"}
        for (source, relation, target), edges in list(self.edges.items()):
            reverse = [(tail, time, head, weight) for head, time, tail, weight in edges]
            self.edges[target, names[relation], source] = reverse

    def _seen(self, kind: str, node: str, time: int) -> None:
        self.first_seen[kind][node] = min(time, self.first_seen[kind].get(node, time))

    @staticmethod
    def _events(frame: Any, end: Instant, *columns: str) -> list[tuple[Any, ...]]:
        rows = zip(microseconds(frame["timestamp"]), *(frame[column] for column in columns), strict=True)
        return [row for row in rows if row[0] < end]


def edges_by_id(graph: GraphArtifact, edge_type: EdgeType) -> list[Edge]:
    """The artifact's edges in its own order, with ids in place of indices."""
    edges = graph.edges(edge_type)
    source, target = (graph.nodes(kind)["id"].to_pylist() for kind in (edge_type[0], edge_type[2]))
    columns = (edges.target, edges.time, edges.row, edges.weight)
    return [
        (target[head], int(time), source[tail], float(weight))
        for head, time, tail, weight in zip(*columns, strict=True)
    ]
