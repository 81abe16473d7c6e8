"""What is computed of a user's history inside the graph, against plain Python."""

from __future__ import annotations

import datetime

import hypothesis
import numpy
import tensorflow
from hypothesis import strategies

from components.train_ranker.user_history import (
    HISTORY,
    Events,
    age_hours,
    cosine,
    count_kinds,
    hour_of,
    occurrences,
    weekday_of,
)
from schemas.instants import DAY, HOUR
from tests.components.train_ranker.example_artifacts import AS_OF, NEVER

IDS = strategies.lists(strategies.sampled_from(["a", "b", "c", "ø", ""]), max_size=8)


@hypothesis.given(IDS, IDS)
@hypothesis.settings(max_examples=25)
def test_occurrences_count_each_candidate_in_the_history(candidates: list[str], history: list[str]) -> None:
    found = occurrences(
        tensorflow.constant(candidates, tensorflow.string), tensorflow.constant(history, tensorflow.string)
    )
    numpy.testing.assert_array_equal(found, [history.count(candidate) for candidate in candidates])


def test_events_count_strictly_before_the_request_and_from_7_days_before_on() -> None:
    times = AS_OF + numpy.array([0, -1, -HISTORY, -HISTORY - 1])
    events = Events(tensorflow.constant(["now", "before", "first", "too old"]), tensorflow.constant(times))
    timestamp = tensorflow.constant(AS_OF, tensorflow.int64)
    assert events.recent(timestamp).content_ids.numpy().tolist() == [b"before", b"first"]
    assert events.earlier(timestamp).content_ids.numpy().tolist() == [b"before", b"first", b"too old"]
    assert events.recent(timestamp).count == 2


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


def test_kinds_are_counted_by_code() -> None:
    numpy.testing.assert_array_equal(count_kinds(tensorflow.constant([2, 0, 2], tensorflow.int64), 4), [1, 0, 2, 0])


def test_cosine_is_0_where_a_vector_is_zero() -> None:
    others = tensorflow.constant([[2.0, 0.0], [0.0, 0.0], [3.0, 3.0]])
    numpy.testing.assert_allclose(cosine(tensorflow.constant([[1.0, 0.0]]), others), [1, 0, 0.5**0.5], rtol=1e-6)
    numpy.testing.assert_allclose(cosine(tensorflow.zeros([1, 2]), others), 0)
