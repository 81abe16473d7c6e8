"""A challenger meets its champion only on rows that neither was trained on, as many and as young as it takes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy

from components.evaluate_ranker.later_rows import ScoredRows, pooled_back, rows_since
from schemas.instants import DAY, HOUR
from tests.components.evaluate_ranker.synthetic_rows import REFRESH, START, Rows, rows_of


def scored(rows: Rows) -> ScoredRows:
    """Scores from which a row can be told again."""
    numbers = numpy.arange(len(rows.truth), dtype=numpy.float64)
    return rows.scored(numbers, -numbers)


def test_rows_before_the_end_of_a_training_are_left_out() -> None:
    rows = rows_of(requests=120, users=20)
    late = rows_since(scored(rows), START + HOUR)
    times = late.columns.values["timestamp"]
    assert times.min() == START + HOUR, "as_of is exclusive for training, so that the row at as_of counts"
    assert len(times) == 60 * 8
    assert late.challenger.tolist() == (-late.reference).tolist() == list(range(60 * 8, 120 * 8))


def test_enough_clicks_need_no_earlier_rows() -> None:
    def unread() -> Iterator[ScoredRows]:
        raise AssertionError("earlier examples are read only where they are needed")
        yield

    newest = scored(rows_of(requests=400, users=20))
    pooled, added = pooled_back(newest, unread(), START, newest.clicks)
    assert (pooled.clicks, added) == (newest.clicks, 0)


def test_earlier_refreshes_are_pooled_the_youngest_first_until_there_are_enough_clicks() -> None:
    newest = scored(rows_of(requests=30, users=20, seed=1, start=START + DAY))
    earlier = scored(rows_of(requests=600, users=20, seed=2))
    needed = newest.clicks + 100
    pooled, added = pooled_back(newest, iter([earlier]), START, needed)
    assert pooled.clicks >= needed
    refreshes = numpy.unique(pooled.columns.values["refresh"])
    assert added == len(refreshes) - 1
    assert numpy.diff(refreshes[:-1]).tolist() == [REFRESH] * (added - 1)
    assert refreshes[-2] == earlier.columns.values["refresh"].max(), "the youngest first"
    one_less = pooled.columns.clicked[pooled.columns.values["refresh"] > refreshes[0]].sum()
    assert one_less < needed, "and no further than it takes"
    assert pooled.columns.user_count == len(set(pooled.columns.values["user_id"]))


def test_rows_that_either_was_trained_on_are_not_pooled() -> None:
    newest = scored(rows_of(requests=30, users=20, seed=1, start=START + DAY))
    earlier = scored(rows_of(requests=600, users=20, seed=2))
    trained_until = START + 8 * HOUR
    pooled, added = pooled_back(newest, iter([earlier]), trained_until, 10**6)
    assert pooled.columns.values["timestamp"].min() == trained_until
    assert added == 4, "ten hours of requests, of which two are late enough"
    none, added = pooled_back(newest, iter([earlier]), START + DAY, 10**6)
    assert (none.clicks, added) == (newest.clicks, 0)


def test_a_request_counts_once() -> None:
    newest = scored(rows_of(requests=60, users=20))
    pooled, added = pooled_back(newest, iter([newest, newest]), START, 10**6)
    assert (pooled.clicks, added) == (newest.clicks, 0)


def test_further_parts_are_read_while_clicks_are_missing() -> None:
    parts = [scored(rows_of(requests=60, users=20, seed=seed, start=START + seed * DAY)) for seed in (3, 2, 1)]
    pooled, added = pooled_back(parts[0], iter(parts[1:]), START, 10**6)
    assert pooled.clicks == sum(part.clicks for part in parts)
    assert added == 4


def test_nothing_is_late_enough() -> None:
    newest = scored(rows_of(requests=60, users=20))
    pooled, added = pooled_back(newest, iter([newest]), START + DAY, 400)
    assert (pooled.clicks, len(pooled.challenger), added) == (0, 0, 0)
