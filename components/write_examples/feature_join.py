"""The point-in-time join: every declared feature of a request, as serving would have seen it (rule 5)."""

from __future__ import annotations

import dataclasses
from typing import TypeAlias

import numpy
import numpy.typing
import pyarrow

from components.write_examples.content_features import LARGEST_TIME, ContentFeatures
from components.write_examples.contents import Contents
from components.write_examples.example_encoding import RaggedColumn
from components.write_examples.impressions import Impressions
from components.write_examples.joined_history import JoinedHistory
from components.write_examples.largest_times import largest_of_requests
from components.write_examples.order_features import OrderFeatures
from components.write_examples.ranking_requests import RankingRequests
from components.write_examples.refreshed_embeddings import RefreshedEmbeddings
from components.write_examples.slices import Slices
from schemas.errors import ContractError
from schemas.graph_artifact import IntArray
from schemas.instants import DAY, HOUR
from schemas.ranking_features import FEATURES_FILE, ranking_features
from schemas.timeline import Timeline

Values: TypeAlias = numpy.typing.NDArray[numpy.generic] | pyarrow.Array


@dataclasses.dataclass(frozen=True)
class FeatureJoin:
    """Joins requests to what was known; holds the vectors of one part of the requests in memory at a time.

    Attributes:
        timeline: Says which refresh a row sees.
        contents: The contents.
        impressions: Every impression.
        content_features: Of (content, refresh).
        order_features: Of the user's orders, before the request.
        history: What the as-of joins found for all requests.
        embeddings: At the refresh.
        slices: At the daily as_of.
    """

    timeline: Timeline
    contents: Contents
    impressions: Impressions
    content_features: ContentFeatures
    order_features: OrderFeatures
    history: JoinedHistory
    embeddings: RefreshedEmbeddings
    slices: Slices

    def columns(self, requests: RankingRequests) -> dict[str, RaggedColumn]:
        """The columns of the records of these requests, one for each declared feature.

        Raises:
            ContractError: The feature list declares a feature that nothing here computes.
        """
        values = self._values(requests)
        unknown = [feature.name for feature in ranking_features() if feature.name not in values]
        if unknown:
            raise ContractError(
                f"{FEATURES_FILE}: declares {', '.join(unknown)}, which write_examples does not compute; "
                "give the feature an `attribute`, a `vocabulary`, a counter's name, or code in this component"
            )
        columns = {}
        for feature in ranking_features():
            size = self.embeddings.size if feature.size == "embedding" else feature.size
            rows = numpy.arange(len(requests) + 1) if feature.level == "request" else requests.offsets
            column = values[feature.name]
            if feature.type != "bytes":
                column = numpy.asarray(column, feature.type).ravel()
            columns[feature.name] = RaggedColumn(column, rows * size)
        return columns

    def _values(self, requests: RankingRequests) -> dict[str, Values]:
        """Everything that can be a feature, by name: [requests], [candidates], or [rows, size]."""
        refresh = self.timeline.visible_refresh(requests.timestamp)
        row = requests.request_of_candidate
        users, contents = self.impressions.users, self.contents.ids
        version = self.history.version[requests.rows]
        user = self.embeddings.at("user", users, requests.user, version)
        content = self.embeddings.at("content", contents, requests.content, version[row])
        content_features = self.history.content_features_of(requests)
        age, first_shown = self.content_features.age_hours(requests.content, requests.timestamp[row], refresh[row])
        user_features = self.history.user_features_of(requests)
        order_features = self.order_features.of(requests, self.history.order_spans)
        counted = numpy.maximum(content_features[LARGEST_TIME], first_shown)
        return {
            "request_id": requests.request_id,
            "user_id": users.take(pyarrow.array(requests.user)),
            "timestamp": requests.timestamp,
            "refresh": refresh,
            "content_id": contents.take(pyarrow.array(requests.content)),
            "clicked": requests.clicked,
            "slot": requests.slot,
            "slate_size": requests.slate_size,
            **_calendar(requests.timestamp),
            **requests.context,
            **self.slices.of(requests),
            **content_features,
            "content_age_hours": age,
            **user_features,
            **order_features,
            "user_embedding": user.vectors,
            "user_has_edges": user.has_edges,
            "content_embedding": content.vectors,
            "content_has_edges": content.has_edges,
            # What the leak audit compares: taken from the events and versions that were joined, not from the rule.
            "largest_counter_event_time": largest_of_requests(counted, requests.offsets),
            "largest_history_event_time": numpy.maximum(user_features[LARGEST_TIME], order_features[LARGEST_TIME]),
            "user_embedding_as_of": user.as_of,
            "content_embedding_as_of": largest_of_requests(content.as_of, requests.offsets),
        }


def _calendar(time: IntArray) -> dict[str, IntArray]:
    """`hour` of the day and `weekday` (Monday 0), UTC [requests]; 1970-01-01 was a Thursday."""
    return {"hour": time // HOUR % 24, "weekday": (time // DAY + 3) % 7}
