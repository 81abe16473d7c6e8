"""Every feature of every request, recomputed row by row with nothing but comparisons: slow, and sharing no code."""

from __future__ import annotations

import datetime
from typing import Any

import numpy
import pandas

from schemas.example_artifact import SPLITS, ExampleArtifact
from schemas.ranking_features import ranking_features
from schemas.timeline import Timeline
from tests.components.write_examples.small_world import (
    COLD_CONTENT_VIEWS,
    SETTINGS,
    SIZE,
    World,
    impressions_frame,
    parsed_records,
)

HOURS = 3_600_000_000
HORIZONS = {"1h": HOURS, "6h": 6 * HOURS, "1d": 24 * HOURS, "7d": 7 * 24 * HOURS}


class BruteForce:
    """Recomputes what a record must hold."""

    def __init__(self, world: World, timeline: Timeline) -> None:
        self.timeline = timeline
        self.store = world.store
        self.impressions = impressions_frame(world.tables)
        contents, articles = world.tables["contents"], world.tables["articles"]
        self.contents: dict[str, Any] = {row["content_id"]: row for row in contents.to_dict("records")}
        self.articles = dict(zip(articles["article_id"], articles["embedding"], strict=True))
        self.nodes: dict[tuple[str, int], dict[str, tuple[list[float], float]]] = {}
        orders = world.tables["orders"].copy()
        orders["time"] = (orders["timestamp"] - pandas.Timestamp(0, tz="UTC")) // pandas.Timedelta(microseconds=1)
        self.orders = orders.sort_values(["time", "article_id"])
        rows = self.impressions
        self.kinds = rows["content_id"].map({name: row["kind"] for name, row in self.contents.items()})
        past = rows[rows["time"] < timeline.network_end]
        self.prior = past["clicked"].mean()
        self.devices = sorted(past["device"].dropna().unique())

    def requests(self, start: int, end: int) -> list[dict[str, Any]]:
        """The expected records of [start, end), in order."""
        rows = self.impressions[(self.impressions["time"] >= start) & (self.impressions["time"] < end)]
        groups = sorted(rows.groupby("request_id"), key=lambda group: (group[1]["time"].iloc[0], group[0]))
        return [self.request(str(name), group) for name, group in groups]

    def request(self, name: str, rows: pandas.DataFrame) -> dict[str, Any]:
        rows = rows.assign(slot=rows["slot"].fillna(-1)).sort_values(["slot", "content_id"])
        time, user, device = int(rows["time"].iloc[0]), rows["user_id"].iloc[0], rows["device"].iloc[0]
        refresh = int(self.timeline.visible_refresh(numpy.array([time]))[0])
        moment = datetime.datetime.fromtimestamp(time / 1e6, datetime.UTC)
        everything = self.impressions
        own = everything[(everything["user_id"] == user) & (everything["time"] < time)]
        recent = own[own["time"] >= time - 7 * 24 * HOURS]
        orders = self.orders[(self.orders["user_id"] == user) & (self.orders["time"] < time)].tail(25)
        embedding, has_edges = self.embedding("user", user, refresh)
        window = everything[(everything["time"] >= self.timeline.as_of - 7 * 24 * HOURS)]
        window = window[window["time"] < self.timeline.as_of]
        expected: dict[str, Any] = {
            "request_id": [name],
            "user_id": [user],
            "timestamp": [time],
            "refresh": [refresh],
            "user_embedding_as_of": [refresh],
            "content_embedding_as_of": [refresh],
            "largest_counter_event_time": [max(self.last_counted(content, refresh) for content in rows["content_id"])],
            "largest_history_event_time": [max([0, *self.history(rows["content_id"], own, recent), *orders["time"]])],
            "cold_user": [int(not (window["user_id"] == user).any())],
            "slate_size": [len(rows)],
            "hour": [moment.hour],
            "weekday": [moment.weekday()],
            "device": [self.devices.index(device) + 1 if device in self.devices else 0],
            "user_views": [len(recent)],
            "user_clicks": [recent["clicked"].sum()],
            "user_click_rate": [self.rate(recent, SETTINGS.user_smoothing)],
            "user_orders": [len(orders)],
            "user_embedding": embedding,
            "user_has_edges": [has_edges],
        }
        for content, slot, clicked in zip(rows["content_id"], rows["slot"], rows["clicked"], strict=True):
            candidate = {
                "content_id": content,
                "clicked": clicked,
                "slot": slot,
                "cold_content": int((window["content_id"] == content).sum() < COLD_CONTENT_VIEWS),
                "new_content": int(self.first_seen(content) >= self.timeline.as_of),
                "window_views": int((window["content_id"] == content).sum()),
                "content_age_hours": self.age(content, time, refresh),
                "own_views": (own["content_id"] == content).sum(),
                "own_clicks": own.loc[own["content_id"] == content, "clicked"].sum(),
                "user_kind_click_rate": self.rate(
                    recent[self.kinds[recent.index] == self.contents[content]["kind"]],
                    SETTINGS.user_kind_smoothing,
                ),
                "order_cosine": self.cosine(orders, content),
                **self.content_features(content, refresh),
            }
            for feature, value in candidate.items():
                expected.setdefault(feature, []).extend(value if isinstance(value, list) else [value])
        return expected

    def content_features(self, content: str, refresh: int) -> dict[str, Any]:
        """What depends on the content and the refresh alone."""
        row = self.contents[content]
        features: dict[str, Any] = {
            "kind": ["article", "carousel", "video"].index(row["kind"]) + 1,
            "premium": float(row["premium"]),
            "body_length": 0.0 if pandas.isna(row["body_length"]) else float(row["body_length"]),
            "article_count": len(row["article_ids"]),
        }
        before = self.impressions[self.impressions["time"] < refresh]
        for name, horizon in HORIZONS.items():
            near = before[before["time"] >= refresh - horizon]
            shown = near[near["content_id"] == content]
            features[f"content_views_{name}"] = len(shown)
            features[f"content_click_rate_{name}"] = self.rate(shown, SETTINGS.content_smoothing)
            same_kind = near[self.kinds[near.index] == row["kind"]]
            features[f"kind_click_rate_{name}"] = self.rate(same_kind, SETTINGS.content_smoothing)
        embedding, has_edges = self.embedding("content", content, refresh)
        return {**features, "content_embedding": embedding, "content_has_edges": has_edges}

    def last_counted(self, content: str, refresh: int) -> int:
        """The youngest event in the counters of a content and its kind, or the first one where the age is from it."""
        before = self.impressions[self.impressions["time"] < refresh]
        near = before[before["time"] >= refresh - max(HORIZONS.values())]
        counted = near[self.kinds[near.index] == self.contents[content]["kind"]]["time"].tolist()
        if pandas.isna(self.contents[content]["published_at"]):
            shown = before[before["content_id"] == content]["time"]
            counted += [shown.min()] if len(shown) else []
        return max([0, *map(int, counted)])

    def history(self, shown: pandas.Series, own: pandas.DataFrame, recent: pandas.DataFrame) -> list[int]:
        """When the user's views happened that count: any of the last days, or of what is shown."""
        return [*recent["time"], *own[own["content_id"].isin(shown)]["time"]]

    def rate(self, rows: pandas.DataFrame, smoothing: float) -> float:
        return float((rows["clicked"].sum() + smoothing * self.prior) / (len(rows) + smoothing))

    def first_seen(self, content: str) -> float:
        """The instant of the first impression, infinity without one."""
        times = self.impressions.loc[self.impressions["content_id"] == content, "time"]
        return float(times.min()) if len(times) else float("inf")

    def age(self, content: str, time: int, refresh: int) -> float:
        published = self.contents[content]["published_at"]
        if pandas.isna(published):
            earlier = self.impressions[self.impressions["content_id"] == content]["time"]
            earlier = earlier[earlier < refresh]
            return float(time - earlier.min()) / HOURS if len(earlier) else 0.0
        hours = (pandas.Timestamp(time, unit="us", tz="UTC") - published) / pandas.Timedelta(hours=1)
        return max(0.0, float(hours))

    def cosine(self, orders: pandas.DataFrame, content: str) -> float:
        shown = self.contents[content]["article_ids"]
        if not len(orders) or not len(shown):
            return 0.0
        first = numpy.mean([self.articles[article].astype(float) for article in orders["article_id"]], axis=0)
        second = numpy.mean([self.articles[article].astype(float) for article in shown], axis=0)
        return float(first @ second / numpy.linalg.norm(first) / numpy.linalg.norm(second))

    def embedding(self, kind: str, node: str, refresh: int) -> tuple[list[float], float]:
        if (kind, refresh) not in self.nodes:
            table = self.store.read(refresh, kind)
            values = zip(table.embedding.tolist(), (table.views > 0).astype(float).tolist(), strict=True)
            self.nodes[kind, refresh] = dict(zip(table.ids.to_pylist(), values, strict=True))
        return self.nodes[kind, refresh].get(node, ([0.0] * SIZE, 0.0))


def assert_equals_brute_force(artifact: ExampleArtifact, brute_force: BruteForce) -> None:
    """Every declared feature of every record, against the recomputation."""
    expected = brute_force.requests(brute_force.timeline.rows_start, brute_force.timeline.test_end)
    found = [record for split in SPLITS for record in parsed_records(artifact, split)]
    assert [record["request_id"] for record in found] == [[record["request_id"][0].encode()] for record in expected]
    for record, right in zip(found, expected, strict=True):
        for feature in ranking_features():
            message = f"{feature.name} of {right['request_id'][0]}"
            if feature.type == "bytes":
                assert [value.decode() for value in record[feature.name]] == right[feature.name], message
            elif feature.type == "int64":
                assert record[feature.name] == right[feature.name], message
            else:
                numpy.testing.assert_allclose(
                    record[feature.name], right[feature.name], rtol=2e-5, atol=1e-6, err_msg=message
                )
