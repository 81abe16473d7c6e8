"""Counters see exactly the events of [instant - horizon, instant), of their key alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import hypothesis
import hypothesis.strategies as strategies
import numpy
import pytest

from components.engine.engine import Engine, open_engine
from components.engine.settings import EngineSettings
from components.write_examples.counters import Counts, EventCounts
from schemas.instants import NO_EVENT

keys = strategies.integers(0, 4) | strategies.just(10**15)
times = strategies.integers(0, 12)
events = strategies.lists(strategies.tuples(keys, times, strategies.integers(0, 1)), max_size=40)
queries = strategies.lists(strategies.tuples(keys | strategies.just(77), strategies.integers(-3, 16)), max_size=10)


# Each question is a query, of some 20 ms.
few = hypothesis.settings(max_examples=40, deadline=None)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with open_engine(EngineSettings(memory_limit="1GB")) as opened:
        yield opened


def columns_of(rows: Sequence[tuple[int, ...]], width: int) -> list[numpy.typing.NDArray[numpy.int64]]:
    return list(numpy.array(rows, numpy.int64).reshape(-1, width).T)


@few
@hypothesis.given(events, queries, strategies.integers(0, 12))
def test_counts_equal_a_count_by_hand(
    engine: Engine, rows: list[tuple[int, int, int]], asked: list[tuple[int, int]], horizon: int
) -> None:
    key, time, clicked = columns_of(sorted(rows, key=lambda row: row[1]), 3)
    counts = EventCounts(engine, key, time, clicked)
    wanted, instant = columns_of(asked, 2)
    within, nothing = counts.within(wanted, instant, [horizon, 0])
    before = counts.before(wanted, instant)
    assert not nothing.views.any()
    for position, (one, now) in enumerate(asked):
        earlier = [row for row in rows if row[0] == one and row[1] < now]
        near = [row for row in earlier if row[1] >= now - horizon]
        assert (before.views[position], before.clicks[position]) == (len(earlier), sum(row[2] for row in earlier))
        assert (within.views[position], within.clicks[position]) == (len(near), sum(row[2] for row in near))
        assert before.largest_time[position] == max([row[1] for row in earlier], default=NO_EVENT)
        assert within.largest_time[position] == max([row[1] for row in near], default=NO_EVENT)


@few
@hypothesis.given(events, queries)
def test_spans_list_the_events_of_a_key_oldest_first(
    engine: Engine, rows: list[tuple[int, int, int]], asked: list[tuple[int, int]]
) -> None:
    key, time, _ = columns_of(sorted(rows, key=lambda row: row[1]), 3)
    counts = EventCounts(engine, key, time)
    starts, ends = counts.span(*columns_of(asked, 2))
    for (one, now), start, end in zip(asked, starts, ends, strict=True):
        found = counts.event[start:end]
        assert found.tolist() == [event for event in range(len(key)) if key[event] == one and time[event] < now]


def test_rates_are_shrunk_towards_the_prior() -> None:
    counts = Counts(numpy.array([0, 10, 10]), numpy.array([0, 0, 10]), numpy.array([NO_EVENT, 7, 8]))
    rates = counts.rate(smoothing=10, prior=0.2)
    numpy.testing.assert_allclose(rates, [0.2, 0.1, 0.6], rtol=1e-6)
    assert rates.dtype == numpy.float32
