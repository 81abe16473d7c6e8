"""Rule 7: a user's orders are those strictly before the instant, the last 25, oldest first."""

from __future__ import annotations

import numpy
from hypothesis import given, strategies

from components.train_gnn.inputs.orders import order_histories, order_rarity, recent_order_rows
from schemas.graph_artifact import Orders


@given(
    strategies.lists(strategies.lists(strategies.integers(0, 30), max_size=40), min_size=1, max_size=5),
    strategies.lists(
        strategies.tuples(strategies.integers(0, 4), strategies.integers(-1, 31)), min_size=1, max_size=10
    ),
)
def test_equals_a_plain_loop(histories: list[list[int]], queries: list[tuple[int, int]]) -> None:
    times = [sorted(history) for history in histories]
    colptr = numpy.concatenate([[0], numpy.cumsum([len(history) for history in times])])
    total = int(colptr[-1])
    orders = Orders(
        colptr.astype(numpy.int64),
        numpy.arange(1, total + 1, dtype=numpy.int32),
        numpy.array([time for history in times for time in history], dtype=numpy.int64),
    )
    user = numpy.array([query[0] % len(histories) for query in queries])
    instant = numpy.array([query[1] for query in queries])
    rows = recent_order_rows(orders, user, instant)
    shared = order_histories(orders, user, instant, pooled=32)
    for number in range(len(queries)):
        first = int(colptr[user[number]])
        every = [first + place + 1 for place, time in enumerate(times[user[number]]) if time < instant[number]]
        known, pooled = every[-25:], every[-32:]
        assert rows[number].tolist() == known + [0] * (25 - len(known))
        assert shared.rows[shared.index[number]].tolist() == rows[number].tolist()
        assert shared.pooled_rows[shared.index[number]].tolist() == pooled + [0] * (32 - len(pooled))


def test_rarity_counts_buyers_before_the_window() -> None:
    """Three users bought before instant 100: all of them article 1, twice or late does not count, nobody article 3."""
    orders = Orders(
        colptr=numpy.array([0, 3, 4, 5, 6]),
        row=numpy.array([1, 1, 2, 1, 1, 3], dtype=numpy.int32),
        time=numpy.array([10, 20, 30, 99, 40, 100]),
    )
    expected = numpy.log([4 / 1, 4 / 4, 4 / 2, 4 / 1])
    assert numpy.allclose(order_rarity(orders, articles=4, before=100), expected)


def test_no_order_before_the_window_makes_all_articles_alike() -> None:
    orders = Orders(numpy.array([0, 1]), numpy.array([1], dtype=numpy.int32), numpy.array([100]))
    assert order_rarity(orders, articles=2, before=100).tolist() == [0, 0]
