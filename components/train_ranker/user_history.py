"""What the caller knows of the user at the request, computed inside the exported graph as write_examples does.

Every instant is int64 microseconds; an event counts only strictly before the request.
"""

from __future__ import annotations

import dataclasses

import tensorflow

from schemas.instants import DAY, HOUR

HISTORY = 7 * DAY
"""How far a user's own counters look back."""

FIRST_WEEKDAY = 3
"""1970-01-01 was a Thursday; Monday is 0."""


@dataclasses.dataclass(frozen=True)
class Events:
    """A user's views or clicks: content ids, string [E], and times, int64 [E]."""

    content_ids: tensorflow.Tensor
    times: tensorflow.Tensor

    def earlier(self, timestamp: tensorflow.Tensor) -> Events:
        """The events strictly before the request."""
        kept = self.times < timestamp
        return Events(tensorflow.boolean_mask(self.content_ids, kept), tensorflow.boolean_mask(self.times, kept))

    def recent(self, timestamp: tensorflow.Tensor) -> Events:
        """The events within the 7 days before the request, strictly before it."""
        kept = tensorflow.logical_and(self.times < timestamp, self.times >= timestamp - HISTORY)
        return Events(tensorflow.boolean_mask(self.content_ids, kept), tensorflow.boolean_mask(self.times, kept))

    @property
    def count(self) -> tensorflow.Tensor:
        """Number of events, float32 []."""
        return tensorflow.cast(tensorflow.size(self.times), tensorflow.float32)


def occurrences(content_ids: tensorflow.Tensor, history: tensorflow.Tensor) -> tensorflow.Tensor:
    """How often each content occurs in a history.

    Works on 64-bit hashes of the ids, sorted, so that contents which no table knows are told apart too.

    Args:
        content_ids: The candidates, string [N].
        history: Content ids, string [E].

    Returns:
        float32 [N].
    """
    ordered = tensorflow.sort(_hashed(history))
    wanted = _hashed(content_ids)
    first = tensorflow.searchsorted(ordered, wanted, side="left")
    last = tensorflow.searchsorted(ordered, wanted, side="right")
    return tensorflow.cast(last - first, tensorflow.float32)


def count_kinds(kinds: tensorflow.Tensor, count: int) -> tensorflow.Tensor:
    """Events of each kind of content: codes int64 [E] to float32 [count]."""
    return tensorflow.math.unsorted_segment_sum(tensorflow.ones_like(kinds, tensorflow.float32), kinds, count)


def smoothed_rate(
    clicks: tensorflow.Tensor, views: tensorflow.Tensor, smoothing: float, prior: float
) -> tensorflow.Tensor:
    """(clicks + k prior) / (views + k), element by element."""
    return (clicks + smoothing * prior) / (views + smoothing)


def hour_of(timestamp: tensorflow.Tensor) -> tensorflow.Tensor:
    """Hour of the day, UTC, int64."""
    return tensorflow.math.floormod(tensorflow.math.floordiv(timestamp, HOUR), 24)


def weekday_of(timestamp: tensorflow.Tensor) -> tensorflow.Tensor:
    """Day of the week, UTC, Monday 0, int64."""
    return tensorflow.math.floormod(tensorflow.math.floordiv(timestamp, DAY) + FIRST_WEEKDAY, 7)


def age_hours(timestamp: tensorflow.Tensor, visible_from: tensorflow.Tensor) -> tensorflow.Tensor:
    """Hours since the content became visible, float32 [N]; 0 where it has not before the request."""
    # Written so that an unknown instant, the largest integer, cannot overflow.
    age = timestamp - tensorflow.minimum(visible_from, timestamp)
    return tensorflow.cast(tensorflow.cast(age, tensorflow.float64) / HOUR, tensorflow.float32)


def cosine(vector: tensorflow.Tensor, others: tensorflow.Tensor) -> tensorflow.Tensor:
    """Cosine of a vector [1, d] with each of others [N, d], float32 [N]; 0 where either is zero."""
    norms = tensorflow.norm(vector, axis=-1) * tensorflow.norm(others, axis=-1)
    return tensorflow.math.divide_no_nan(tensorflow.reduce_sum(vector * others, axis=-1), norms)


def _hashed(ids: tensorflow.Tensor) -> tensorflow.Tensor:
    return tensorflow.strings.to_hash_bucket_fast(ids, tensorflow.int64.max)
