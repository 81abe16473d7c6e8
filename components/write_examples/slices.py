"""Slices of users and content for the evaluation, fixed at the run's as_of whatever the refresh that a row sees."""

from __future__ import annotations

import numpy

from components.write_examples.contents import Contents
from components.write_examples.impressions import Impressions
from components.write_examples.ranking_requests import RankingRequests
from schemas.graph_artifact import IntArray
from schemas.timeline import Timeline


class Slices:
    """Who is cold and what is new at the run's as_of.

    Args:
        impressions: Every impression.
        contents: The contents.
        timeline: For the window and as_of.
        cold_content_views: Content with fewer views in the window is cold.
    """

    def __init__(
        self, impressions: Impressions, contents: Contents, timeline: Timeline, cold_content_views: int
    ) -> None:
        start, end = numpy.searchsorted(impressions.time, [timeline.as_of - timeline.window, timeline.as_of])
        window, past = slice(start, end), slice(0, end)
        users, size = len(impressions.users), len(contents.ids)
        self._cold_user = numpy.bincount(impressions.user[window], minlength=users) == 0
        self._window_views = numpy.bincount(impressions.content[window], minlength=size)
        self._cold_content = self._window_views < cold_content_views
        self._new_content = numpy.bincount(impressions.content[past], minlength=size) == 0

    def of(self, requests: RankingRequests) -> dict[str, IntArray]:
        """`cold_user` [requests], `cold_content`, `new_content` and `window_views` [candidates]."""
        return {
            "cold_user": self._cold_user[requests.user].astype(numpy.int64),
            "cold_content": self._cold_content[requests.content].astype(numpy.int64),
            "new_content": self._new_content[requests.content].astype(numpy.int64),
            "window_views": self._window_views[requests.content].astype(numpy.int64),
        }
