"""From a `rank` request to the features of `score`: everything joined inside the graph."""

from __future__ import annotations

from collections.abc import Mapping

import tensorflow

from components.train_ranker.input_features import USER_EMBEDDING
from components.train_ranker.serving_facts import ServingFacts
from components.train_ranker.serving_tables import ArticleTable, ContentTable
from components.train_ranker.user_history import (
    HISTORY,
    Events,
    age_hours,
    cosine,
    count_kinds,
    hour_of,
    occurrences,
    smoothed_rate,
    weekday_of,
)

KIND = "kind"

DERIVED_OF_CANDIDATES = frozenset(
    {"content_age_hours", "user_kind_click_rate", "own_views", "own_clicks", "order_cosine"}
)
"""Candidate features that depend on the request too; all others are columns of the content table."""

Values = dict[str, tensorflow.Tensor]


def request_specification() -> dict[str, tensorflow.TensorSpec]:
    """Names, shapes and types of what a `rank` request carries.

    - user_embedding float32 and its space: from the feature store. Of any length, since the caller cannot know that
      of a version which has just been promoted; a vector of another space or length counts as none.
    - recent_order_article_ids [K]: newest last; the last 25 are read.
    - viewed_content_ids and viewed_times [V], clicked_content_ids and clicked_times [C]: the user's own impressions
      and clicks of at least the last 7 days, in any order, UTC microseconds.
    - timestamp and device: of this request.
    - content_ids [N]: the candidates.
    """
    ids, instants = ([None], tensorflow.string), ([None], tensorflow.int64)
    shapes = {
        USER_EMBEDDING: ([None], tensorflow.float32),
        "space": ([], tensorflow.string),
        "recent_order_article_ids": ids,
        "viewed_content_ids": ids,
        "viewed_times": instants,
        "clicked_content_ids": ids,
        "clicked_times": instants,
        "timestamp": ([], tensorflow.int64),
        "device": ([], tensorflow.string),
        "content_ids": ids,
    }
    return {name: tensorflow.TensorSpec(shape, kind, name) for name, (shape, kind) in shapes.items()}


class RankRequest(tensorflow.Module):
    """Joins a request with the tables inside the model.

    Args:
        contents: Candidate features by content.
        articles: Article vectors.
        facts: Constants of the examples.
    """

    def __init__(self, contents: ContentTable, articles: ArticleTable, facts: ServingFacts) -> None:
        super().__init__()
        self.contents = contents
        self.articles = articles
        self._facts = facts
        self._kinds = len(facts.vocabularies[KIND]) + 1
        self._devices = tensorflow.constant(["", *facts.vocabularies["device"]])

    def features(self, request: Mapping[str, tensorflow.Tensor]) -> tuple[Values, Values]:
        """Computes the features as write_examples does.

        Args:
            request: Tensors of request_specification.

        Returns:
            Request features [1, size] and candidate features [N, size], each by name.
        """
        timestamp = request["timestamp"]
        views = Events(request["viewed_content_ids"], request["viewed_times"]).earlier(timestamp)
        clicks = Events(request["clicked_content_ids"], request["clicked_times"]).earlier(timestamp)
        orders = self.articles.recent_orders(request["recent_order_article_ids"])
        rows = self.contents.ids.rows(request["content_ids"])  # [N]
        of_candidates = self.contents.values(rows)
        columns = {
            "content_age_hours": age_hours(timestamp, tensorflow.gather(self.contents.visible_from, rows)),
            "user_kind_click_rate": self._kind_rates(views, clicks, timestamp, of_candidates[KIND][:, 0]),
            "own_views": occurrences(request["content_ids"], views.content_ids),
            "own_clicks": occurrences(request["content_ids"], clicks.content_ids),
            "order_cosine": cosine(self.articles.mean(orders), self.articles.content_mean(request["content_ids"])),
        }
        of_candidates |= {name: column[:, tensorflow.newaxis] for name, column in columns.items()}
        return self._of_request(request, views, clicks, orders), of_candidates

    def _of_request(
        self, request: Mapping[str, tensorflow.Tensor], views: Events, clicks: Events, orders: tensorflow.Tensor
    ) -> Values:
        timestamp = request["timestamp"]
        recent_views, recent_clicks = views.recent(timestamp).count, clicks.recent(timestamp).count
        given = request[USER_EMBEDDING]
        of_own_space = tensorflow.equal(request["space"], self._facts.space) & tensorflow.equal(
            tensorflow.size(given), self._facts.embedding_size
        )
        own_space = tensorflow.cast(of_own_space, tensorflow.float32)
        device = tensorflow.argmax(tensorflow.equal(self._devices, request["device"]), output_type=tensorflow.int64)
        single = {
            "hour": hour_of(timestamp),
            "weekday": weekday_of(timestamp),
            "device": device,
            "user_views": recent_views,
            "user_clicks": recent_clicks,
            "user_click_rate": smoothed_rate(
                recent_clicks, recent_views, self._facts.user_smoothing, self._facts.prior_click_rate
            ),
            "user_orders": tensorflow.cast(tensorflow.size(orders), tensorflow.float32),
            "user_has_edges": own_space * self._has_edges(views, timestamp),
        }
        values = {name: tensorflow.reshape(value, [1, 1]) for name, value in single.items()}
        # A foreign vector is cut and not multiplied by 0, which would let its NaN through.
        kept = given[: tensorflow.where(of_own_space, self._facts.embedding_size, 0)]
        vector = tensorflow.pad(kept, [[0, self._facts.embedding_size - tensorflow.size(kept)]])
        return {**values, USER_EMBEDDING: tensorflow.reshape(vector, [1, self._facts.embedding_size])}

    def _kind_rates(
        self, views: Events, clicks: Events, timestamp: tensorflow.Tensor, kinds: tensorflow.Tensor
    ) -> tensorflow.Tensor:
        """The user's smoothed click rate on each candidate's kind [N]."""
        clicked, viewed = (
            count_kinds(self._kinds_of(events.recent(timestamp).content_ids), self._kinds) for events in (clicks, views)
        )
        smoothing, prior = self._facts.user_kind_smoothing, self._facts.prior_click_rate
        return tensorflow.gather(smoothed_rate(clicked, viewed, smoothing, prior), kinds)

    def _kinds_of(self, content_ids: tensorflow.Tensor) -> tensorflow.Tensor:
        return tensorflow.gather(self.contents.columns[KIND], self.contents.ids.rows(content_ids))[:, 0]

    def _has_edges(self, views: Events, timestamp: tensorflow.Tensor) -> tensorflow.Tensor:
        """1 where the user had an impression in the window before the last refresh, else 0."""
        refresh = timestamp - tensorflow.math.floormod(timestamp - self._facts.as_of, self._facts.refresh)
        seen = tensorflow.logical_and(views.times < refresh, views.times >= refresh - HISTORY)
        return tensorflow.cast(tensorflow.reduce_any(seen), tensorflow.float32)
