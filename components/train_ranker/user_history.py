"""What the caller knows of the user at the request, computed inside the exported graph as write_examples does.

Every instant is int64 microseconds; an event counts only strictly before the request.
"""

from __future__ import annotations

import tensorflow

from schemas.instants import DAY, HOUR

HISTORY = 7 * DAY
"""How far a user's own counters look back."""

FIRST_WEEKDAY = 3
"""1970-01-01 was a Thursday; Monday is 0."""


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
