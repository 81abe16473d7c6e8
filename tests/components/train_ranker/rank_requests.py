"""Requests to `rank`, and the same facts as features of `score`, joined in plain Python."""

from __future__ import annotations

from typing import Any

import numpy
import numpy.typing
import pyarrow.parquet
import tensorflow

from components.train_ranker.records import TENSOR_TYPES
from components.train_ranker.request_specification import request_specification
from components.train_ranker.signatures import OUTPUT
from schemas.example_artifact import ExampleArtifact
from schemas.instants import DAY, HOUR
from schemas.ranking_features import features_of, model_groups, ranking_features
from tests.components.train_ranker.example_artifacts import AS_OF, VOCABULARIES

TIMESTAMP = AS_OF + 7 * HOUR + 123_456
Request = dict[str, Any]


def rank_request(examples: ExampleArtifact) -> Request:
    """A user with views within and beyond 7 days, at and after the request, some of them of a candidate."""
    viewed = ["content-1", "content-2", "content-1", "content-9", "content-4", "nobody knows", "content-1"]
    ages = [HOUR, 2 * HOUR, 3 * DAY, 8 * DAY, 0, DAY, -HOUR]
    return {
        "user_embedding": numpy.array([0.5, -1.0, 2.0, 0.1], numpy.float32),
        "space": examples.details.space,
        "recent_order_article_ids": ["article-7", "no such article", "article-7", "article-3"],
        "viewed_content_ids": viewed,
        "viewed_times": [TIMESTAMP - age for age in ages],
        "clicked_content_ids": ["content-1", "content-9", "content-1"],
        "clicked_times": [TIMESTAMP - 3 * DAY, TIMESTAMP - 8 * DAY, TIMESTAMP],
        "timestamp": TIMESTAMP,
        "device": "phone",
        "content_ids": ["content-1", "content-2", "content-9", "content-4", "content-20", "nobody knows"],
    }


def explicit_features(examples: ExampleArtifact, request: Request) -> Request:
    """The same facts as features, joined in plain Python."""
    details = examples.details
    table = pyarrow.parquet.read_table(examples.serving_table("content")).to_pylist()
    contents = {row["content_id"]: row for row in table}
    means = pyarrow.parquet.read_table(examples.serving_table("content_articles")).to_pylist()
    mean_articles = {row["content_id"]: numpy.array(row["mean_article"]) for row in means}
    articles = pyarrow.parquet.read_table(examples.serving_table("article")).to_pylist()
    vectors = {row["article_id"]: numpy.array(row["embedding"]) for row in articles}
    time = request["timestamp"]
    views = list(zip(request["viewed_content_ids"], request["viewed_times"], strict=True))
    clicks = list(zip(request["clicked_content_ids"], request["clicked_times"], strict=True))

    def recent(events: list[tuple[str, int]]) -> list[str]:
        return [content for content, instant in events if time - 7 * DAY <= instant < time]

    def row(content: str) -> dict[str, Any]:
        found: dict[str, Any] = contents.get(content, contents[""])
        return found

    def rate(clicked: int, viewed: int, smoothing: float | None) -> float:
        assert smoothing is not None
        return (clicked + smoothing * details.prior_click_rate) / (viewed + smoothing)

    orders = [vectors[article] for article in request["recent_order_article_ids"] if article in vectors][-25:]
    order_mean = numpy.mean(orders, axis=0) if orders else numpy.zeros(128)

    def order_cosine(content: str) -> float:
        other = mean_articles.get(content, numpy.zeros(128))
        norms = float(numpy.linalg.norm(order_mean) * numpy.linalg.norm(other))
        return float(order_mean @ other) / norms if norms else 0.0

    def kind_rate(content: str) -> float:
        kind = row(content)["kind"]
        clicked = sum(row(other)["kind"] == kind for other in recent(clicks))
        viewed = sum(row(other)["kind"] == kind for other in recent(views))
        return rate(clicked, viewed, details.user_kind_smoothing)

    def earlier(events: list[tuple[str, int]], content: str) -> int:
        return sum(other == content and instant < time for other, instant in events)

    derived = {
        "content_age_hours": lambda content: max(0, time - row(content)["visible_from"]) / HOUR,
        "user_kind_click_rate": kind_rate,
        "own_views": lambda content: earlier(views, content),
        "own_clicks": lambda content: earlier(clicks, content),
        "order_cosine": order_cosine,
    }
    refresh = time // details.refresh * details.refresh
    of_request = {
        "hour": time // HOUR % 24,
        "weekday": (time // DAY + 3) % 7,
        "device": ["", *VOCABULARIES["device"]].index(
            request["device"] if request["device"] in VOCABULARIES["device"] else ""
        ),
        "user_views": len(recent(views)),
        "user_clicks": len(recent(clicks)),
        "user_click_rate": rate(len(recent(clicks)), len(recent(views)), details.user_smoothing),
        "user_orders": len(orders),
        "user_embedding": request["user_embedding"],
        "user_has_edges": float(any(refresh - 7 * DAY <= instant < refresh for _, instant in views)),
    }
    features: Request = {}
    for feature in features_of(model_groups(with_graph=True)):
        if feature.level == "request":
            value = of_request[feature.name]
        else:
            of_content = derived.get(feature.name, lambda content, name=feature.name: row(content)[name])
            value = [of_content(content) for content in request["content_ids"]]
        features[feature.name] = numpy.array(value, feature.type)
    return features


def answer(function: Any, inputs: Request) -> numpy.typing.NDArray[numpy.float32]:
    types = {feature.name: TENSOR_TYPES[feature.type] for feature in ranking_features()}
    if "content_ids" in inputs:
        types = {name: specification.dtype for name, specification in request_specification().items()}
    tensors = {name: tensorflow.constant(value, types[name]) for name, value in inputs.items()}
    return numpy.asarray(function(**tensors)[OUTPUT])
