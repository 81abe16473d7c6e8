"""The as-of joins of all requests, each worked out once; the records are written from it part by part."""

from __future__ import annotations

import dataclasses

import numpy

from components.engine.engine import Engine
from components.write_examples.content_features import ContentFeatures
from components.write_examples.last_before import event_table, last_before
from components.write_examples.order_features import OrderFeatures, OrderSpans
from components.write_examples.ranking_requests import RankingRequests
from components.write_examples.user_features import UserFeatures
from schemas.graph_artifact import FloatArray, IntArray
from schemas.instants import Instant
from schemas.ranking_features import ranking_features

Features = dict[str, IntArray | FloatArray]


@dataclasses.dataclass(frozen=True)
class JoinedHistory:
    """What was known to each request.

    Attributes:
        version: The instant of the embeddings, the last at or before the request's refresh, int64 [requests].
        pair: Each candidate's position among the distinct pairs of a content and a refresh [candidates].
        content_features: By name, of the distinct pairs [pairs].
        user_features: By name [requests] or [candidates].
        order_spans: The users' recent orders [requests].
    """

    version: IntArray
    pair: IntArray
    content_features: Features
    user_features: Features
    order_spans: OrderSpans

    def content_features_of(self, requests: RankingRequests) -> Features:
        """The content features of some of the requests, by name [candidates]."""
        pair = self.pair[requests.candidates]
        return {name: values[pair] for name, values in self.content_features.items()}

    def user_features_of(self, requests: RankingRequests) -> Features:
        """The user features of some of the requests, by name [requests] or [candidates]."""
        of_candidates = {feature.name for feature in ranking_features() if feature.level == "candidate"}
        return {
            name: values[requests.candidates if name in of_candidates else requests.rows]
            for name, values in self.user_features.items()
        }


def join_history(
    engine: Engine,
    requests: RankingRequests,
    refresh: IntArray,
    versions: list[Instant],
    content_features: ContentFeatures,
    user_features: UserFeatures,
    order_features: OrderFeatures,
) -> JoinedHistory:
    """Joins all requests to what happened before them.

    Args:
        engine: Works the joins out.
        requests: All requests.
        refresh: The refresh that each sees, int64 microseconds [requests].
        versions: The instants of the embeddings.
        content_features: Of (content, refresh).
        user_features: Of the user, before the request.
        order_features: Of the user's orders, before the request.
    """
    refreshes, position = numpy.unique(refresh, return_inverse=True)
    pairs, pair = numpy.unique(
        requests.content * len(refreshes) + position[requests.request_of_candidate], return_inverse=True
    )
    content, seen = numpy.divmod(pairs, len(refreshes))
    return JoinedHistory(
        version=version_before(engine, versions, refreshes)[position],
        pair=pair,
        content_features=content_features.at(content, refreshes[seen]),
        user_features=user_features.of(requests),
        order_spans=order_features.spans(requests),
    )


def version_before(engine: Engine, versions: list[Instant], refreshes: IntArray) -> IntArray:
    """The last version of the embeddings at or before each refresh, whose events are all strictly before it.

    Args:
        engine: Works the join out.
        versions: The instants of the embeddings; one of them is at or before the first refresh.
        refreshes: int64 microseconds [refreshes].
    """
    instants = numpy.array(versions, numpy.int64)
    events = event_table(numpy.zeros_like(instants), instants, instants)
    return last_before(engine, events, numpy.zeros_like(refreshes), refreshes + 1)
