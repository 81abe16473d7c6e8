"""A user's recent orders, as the caller knows them at the request, against what each candidate shows."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy
import pyarrow
import pyarrow.compute

from components.engine.engine import Engine
from components.write_examples.article_pooling import Articles, directions
from components.write_examples.content_features import LARGEST_TIME
from components.write_examples.counters import EventCounts
from components.write_examples.log_tables import as_instants, read_log_table
from components.write_examples.ranking_requests import RankingRequests
from schemas.graph_artifact import RECENT_ORDERS, FloatArray, IntArray
from schemas.instants import Instant


@dataclasses.dataclass(frozen=True)
class OrderSpans:
    """The recent orders of each request, among orders sorted by user, then time.

    Attributes:
        start: The first one [requests].
        end: The last one, exclusive [requests].
    """

    start: IntArray
    end: IntArray


class OrderFeatures:
    """Finds each user's last orders strictly before a request (rule 7).

    Args:
        engine: Works the join out.
        logs: The validated logs.
        users: Ids of all users with an impression.
        articles: The articles.
        content_mean: The mean of each content's article vectors [contents, 128].
        end: Orders at or after it are not read.
    """

    def __init__(
        self,
        engine: Engine,
        logs: Path,
        users: pyarrow.Array,
        articles: Articles,
        content_mean: FloatArray,
        end: Instant,
    ) -> None:
        table = read_log_table(logs, "orders", ["user_id", "article_id", "timestamp"], end=end)
        user = pyarrow.compute.index_in(table["user_id"], users)
        article = pyarrow.compute.index_in(table["article_id"], articles.ids)
        known = pyarrow.compute.and_(user.is_valid(), article.is_valid())
        time = as_instants(table["timestamp"].filter(known))
        article = article.filter(known).to_numpy().astype(numpy.int64)
        order = numpy.lexsort((article, time))
        self.time: IntArray = time[order]
        """When each order was placed, ascending, int64 microseconds [orders]."""
        self._article = article[order]
        self._events = EventCounts(engine, user.filter(known).to_numpy().astype(numpy.int64)[order], self.time)
        self._articles = articles
        self._content_direction = directions(content_mean)

    def spans(self, requests: RankingRequests) -> OrderSpans:
        """Finds the recent orders of each request, by one join for all requests."""
        start, end = self._events.span(requests.user, requests.timestamp)
        return OrderSpans(numpy.maximum(start, end - RECENT_ORDERS), end)

    def of(self, requests: RankingRequests, spans: OrderSpans) -> dict[str, IntArray | FloatArray]:
        """`user_orders` [requests], `order_cosine` [candidates], and LARGEST_TIME, of the youngest order [requests].

        Args:
            requests: As many as fit memory: the vectors of each candidate are gathered.
            spans: Of all requests that were read.
        """
        start, end = spans.start[requests.rows], spans.end[requests.rows]
        counts = end - start
        offsets = numpy.append(0, numpy.cumsum(counts))
        position = numpy.repeat(start - offsets[:-1], counts) + numpy.arange(offsets[-1])
        recent = directions(self._articles.mean(self._article[self._events.event[position]], offsets))
        cosine = numpy.einsum(
            "cd,cd->c", recent[requests.request_of_candidate], self._content_direction[requests.content]
        )
        return {
            "user_orders": counts,
            "order_cosine": cosine,
            LARGEST_TIME: self._events.largest_time(start, end),
        }
