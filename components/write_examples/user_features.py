"""What a user did before a request: views and clicks, by kind and of the candidate itself, as fresh as the request."""

from __future__ import annotations

import numpy

from components.engine.engine import Engine
from components.write_examples.content_features import LARGEST_TIME
from components.write_examples.counters import EventCounts
from components.write_examples.impressions import Impressions
from components.write_examples.largest_times import largest_of_requests
from components.write_examples.ranking_requests import RankingRequests
from components.write_examples.settings import ExampleSettings
from schemas.graph_artifact import FloatArray, IntArray
from schemas.instants import DAY, Duration

RECENT: Duration = 7 * DAY
"""How far back a user's views and clicks count; those of the very candidate count from the first on."""


class UserFeatures:
    """Counts a user's events strictly before each request; a request's own rows are never among them.

    Args:
        engine: Works the joins out.
        impressions: Every impression.
        kind: The encoded kind of every content [contents + 1].
        prior: The prior of smoothed click rates.
        settings: Their k.
    """

    def __init__(
        self, engine: Engine, impressions: Impressions, kind: IntArray, prior: float, settings: ExampleSettings
    ) -> None:
        self._kind, self._prior, self._settings = kind, prior, settings
        user, content, time, clicked = impressions.user, impressions.content, impressions.time, impressions.clicked
        self._by_user = EventCounts(engine, user, time, clicked)
        self._by_kind = EventCounts(engine, self._pair(user, kind[content], kind.max() + 1), time, clicked)
        self._by_content = EventCounts(engine, self._pair(user, content, len(kind)), time, clicked)

    def of(self, requests: RankingRequests) -> dict[str, IntArray | FloatArray]:
        """Features of requests [requests] and of their candidates [candidates], by name.

        As LARGEST_TIME comes the youngest event behind any of them [requests].
        """
        (recent,) = self._by_user.within(requests.user, requests.timestamp, [RECENT])
        row = requests.request_of_candidate
        user, time, content = requests.user[row], requests.timestamp[row], requests.content
        kinds = self._kind.max() + 1
        (by_kind,) = self._by_kind.within(self._pair(user, self._kind[content], kinds), time, [RECENT])
        own = self._by_content.before(self._pair(user, content, len(self._kind)), time)
        candidates = numpy.maximum(by_kind.largest_time, own.largest_time)
        return {
            LARGEST_TIME: numpy.maximum(recent.largest_time, largest_of_requests(candidates, requests.offsets)),
            "user_views": recent.views,
            "user_clicks": recent.clicks,
            "user_click_rate": recent.rate(self._settings.user_smoothing, self._prior),
            "user_kind_click_rate": by_kind.rate(self._settings.user_kind_smoothing, self._prior),
            "own_views": own.views,
            "own_clicks": own.clicks,
        }

    @staticmethod
    def _pair(first: IntArray, second: IntArray, seconds: int) -> IntArray:
        """Two numbers as one key, where the second is below `seconds`."""
        return first * numpy.int64(seconds) + second
