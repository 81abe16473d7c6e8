"""What is computed of a user's history inside the graph, against plain Python."""

from __future__ import annotations

import datetime

import hypothesis
import numpy
import tensorflow
from hypothesis import strategies

from components.train_ranker.user_history import (
    age_hours,
    hour_of,
    weekday_of,
)
from schemas.instants import DAY, HOUR
from tests.components.train_ranker.example_artifacts import AS_OF, NEVER


@hypothesis.given(strategies.datetimes(datetime.datetime(1971, 1, 1), datetime.datetime(2100, 1, 1)))
@hypothesis.settings(max_examples=25)
def test_hour_and_weekday_are_those_of_the_calendar(moment: datetime.datetime) -> None:
    microseconds = (moment - datetime.datetime(1970, 1, 1)) // datetime.timedelta(microseconds=1)
    timestamp = tensorflow.constant(microseconds, tensorflow.int64)
    assert hour_of(timestamp) == moment.hour
    assert weekday_of(timestamp) == moment.weekday()


def test_age_counts_hours_and_is_0_where_nothing_was_visible_before_the_request() -> None:
    visible = tensorflow.constant([AS_OF - 3 * HOUR, AS_OF, AS_OF + DAY, NEVER, AS_OF - HOUR // 2], tensorflow.int64)
    ages = age_hours(tensorflow.constant(AS_OF, tensorflow.int64), visible)
    numpy.testing.assert_allclose(ages, [3, 0, 0, 0, 0.5])
