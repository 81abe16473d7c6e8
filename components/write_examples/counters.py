"""Point-in-time counts: how often a key was viewed and clicked strictly before an instant."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy
import numpy.typing

from components.engine.engine import Engine
from components.write_examples.last_before import NOTHING, event_table, last_before
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
    """Events by key, then time, in which any number of (key, instant) questions are answered by one as-of join.

    Whatever the key is (a content, a kind, a user, a pair of numbers as one), the same join finds the events strictly
    before an instant (rules 4 and 5): ask for many instants at once rather than for one after the other.

    Args:
        engine: Works the joins out.
        key: int64 [events].
        time: int64 microseconds, ascending [events].
        clicked: 0 or 1 [events]; None where the events are no impressions.
    """

    def __init__(
        self,
        engine: Engine,
        key: IntArray,
        time: IntArray,
        clicked: numpy.typing.NDArray[numpy.integer] | None = None,
    ) -> None:
        self._engine = engine
        self.event: IntArray = numpy.argsort(key, kind="stable")
        """Positions in `time` of the events by key, then time; int64 [events]."""
        self._key, self._time = key[self.event], time[self.event]
        clicks = numpy.zeros(len(time), numpy.int64) if clicked is None else clicked[self.event]
        self._clicks_before = numpy.concatenate([[0], numpy.cumsum(clicks, dtype=numpy.int64)])
        # Of events at the same instant the last one counts them all.
        last = (numpy.diff(self._key, append=-1) != 0) | (numpy.diff(self._time, append=-1) != 0)
        self._ends = event_table(self._key[last], self._time[last], numpy.flatnonzero(last) + 1)

    def span(self, key: IntArray, instant: IntArray) -> tuple[IntArray, IntArray]:
        """Finds each key's events strictly before its instant.

        Args:
            key: int64, not negative [queries]; a key without events is fine.
            instant: int64 microseconds [queries].

        Returns:
            First and last (exclusive) position in `event` [queries].
        """
        start = numpy.searchsorted(self._key, key)
        end = last_before(self._engine, self._ends, key, instant)
        return start, numpy.where(end == NOTHING, start, end)

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
        largest[some] = self._time[end[some] - 1]
        return largest

    def before(self, key: IntArray, instant: IntArray) -> Counts:
        """Counts each key's events strictly before its instant [queries]."""
        return self._counts(*self.span(key, instant))

    def within(self, key: IntArray, instant: IntArray, horizons: Sequence[Duration]) -> list[Counts]:
        """Counts each key's events in [instant - horizon, instant), for each horizon [queries]."""
        borders = [instant, *(instant - horizon for horizon in horizons)]
        _, ends = self.span(numpy.tile(key, len(borders)), numpy.concatenate(borders))
        end, *starts = numpy.split(ends, len(borders))
        return [self._counts(start, end) for start in starts]

    def _counts(self, start: IntArray, end: IntArray) -> Counts:
        clicks = self._clicks_before[end] - self._clicks_before[start]
        return Counts(end - start, clicks, self.largest_time(start, end))
