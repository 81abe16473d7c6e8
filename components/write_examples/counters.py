"""Point-in-time counts: how often a key was viewed and clicked strictly before an instant."""

from __future__ import annotations

import dataclasses

import numpy
import numpy.typing

from schemas.graph_artifact import FloatArray, IntArray
from schemas.instants import NO_EVENT, Duration


@dataclasses.dataclass(frozen=True)
class Counts:
    """Views and clicks of one key each at one instant each.

    Attributes:
        views: int64 [queries].
        clicks: int64 [queries].
        largest_time: When the youngest of the views happened, NO_EVENT without one, int64 microseconds [queries].
    """

    views: IntArray
    clicks: IntArray
    largest_time: IntArray

    def rate(self, smoothing: float, prior: float) -> FloatArray:
        """The smoothed click rate (clicks + k prior) / (views + k), float32 [queries]."""
        return ((self.clicks + smoothing * prior) / (self.views + smoothing)).astype(numpy.float32)


class EventCounts:
    """Events by key, then time, in which any number of (key, instant) questions are answered by binary search.

    An event's key and its position in the order of time make one integer; sorted, these hold every key's events side
    by side, oldest first. Whatever the key is (a content, a kind, a user, a pair of numbers as one), the same search
    finds the events before an instant, so that the strict `<` of rules 4 and 5 stands here only.

    Args:
        key: int64 [events].
        time: int64 microseconds, ascending [events].
        clicked: 0 or 1 [events]; None where the events are no impressions.
    """

    def __init__(
        self, key: IntArray, time: IntArray, clicked: numpy.typing.NDArray[numpy.integer] | None = None
    ) -> None:
        self._time = time
        self._keys, group = numpy.unique(key, return_inverse=True)
        self._combined = group * (len(time) + 1) + numpy.arange(len(time))
        self._combined.sort()
        self.event = self._combined % (len(time) + 1)
        """Positions in `time` of the events by key, then time; int64 [events]."""
        clicks = numpy.zeros(len(time), numpy.int64) if clicked is None else clicked[self.event]
        self._clicks_before = numpy.concatenate([[0], numpy.cumsum(clicks, dtype=numpy.int64)])
        every_group = numpy.arange(len(self._keys) + 1) * (len(time) + 1)
        self._first = numpy.searchsorted(self._combined, every_group)

    def span(self, key: IntArray, instant: IntArray) -> tuple[IntArray, IntArray]:
        """Finds each key's events strictly before its instant.

        Args:
            key: int64, not negative [queries]; a key without events is fine.
            instant: int64 microseconds [queries].

        Returns:
            First and last (exclusive) position in `event` [queries].
        """
        group = self._group(key)
        return self._first[group], self._end(group, key, instant)

    def largest_time(self, start: IntArray, end: IntArray) -> IntArray:
        """When the youngest event of each span happened, for the leak audit.

        Args:
            start: First position in `event` [queries].
            end: Last position, exclusive [queries].

        Returns:
            int64 microseconds, NO_EVENT where a span is empty [queries].
        """
        largest = numpy.full(len(end), NO_EVENT, numpy.int64)
        some = end > start
        largest[some] = self._time[self.event[end[some] - 1]]
        return largest

    def before(self, key: IntArray, instant: IntArray) -> Counts:
        """Counts each key's events strictly before its instant [queries]."""
        return self._counts(*self.span(key, instant))

    def within(self, key: IntArray, instant: IntArray, horizon: Duration) -> Counts:
        """Counts each key's events in [instant - horizon, instant) [queries]."""
        group = self._group(key)
        return self._counts(self._end(group, key, instant - horizon), self._end(group, key, instant))

    def _group(self, key: IntArray) -> IntArray:
        """The position of each key among those with events; of an unknown key, the next one's [queries]."""
        return numpy.searchsorted(self._keys, key)

    def _end(self, group: IntArray, key: IntArray, instant: IntArray) -> IntArray:
        """Where the events of a key that are strictly before an instant end in `event` [queries]."""
        known = numpy.append(self._keys, -1)[group] == key
        earlier = numpy.where(known, numpy.searchsorted(self._time, instant, side="left"), 0)
        return numpy.searchsorted(self._combined, group * (len(self._time) + 1) + earlier)

    def _counts(self, start: IntArray, end: IntArray) -> Counts:
        clicks = self._clicks_before[end] - self._clicks_before[start]
        return Counts(end - start, clicks, self.largest_time(start, end))
