"""A user keeps the earliest history, whatever the batches, and its clicks get times before the first impression."""

from __future__ import annotations

import hypothesis
import hypothesis.strategies as strategies
import numpy
import pyarrow

from schemas.instants import DAY
from sources.mind_layout.histories import HISTORY_SPAN, Histories, orders_of
from sources.mind_layout.news_ids import NewsIds

NEWS = NewsIds(pyarrow.array(["N1", "N2", "N3"]), [])
ROWS = strategies.lists(
    strategies.tuples(
        strategies.sampled_from(["U1", "U2", "U3", "U4"]),
        strategies.integers(0, 3),
        strategies.lists(strategies.sampled_from(["N1", "N2", "N3"]), max_size=3).map(" ".join),
    ),
    min_size=1,
    max_size=12,
)


def _lines(rows: list[tuple[str, int, str]]) -> pyarrow.Table:
    users, times, histories = zip(*rows, strict=True)
    return pyarrow.table(
        {
            "user_id": list(users),
            "time": numpy.array(times, numpy.int64),
            "history": list(histories),
            "split": numpy.zeros(len(rows), numpy.int8),
            "line": numpy.arange(len(rows)),
        }
    )


@hypothesis.settings(max_examples=100)
@hypothesis.given(rows=ROWS, batch=strategies.integers(1, 12), users_at_once=strategies.integers(1, 5))
def test_the_earliest_history_stays_and_changes_are_counted(
    rows: list[tuple[str, int, str]], batch: int, users_at_once: int
) -> None:
    histories = Histories()
    for start in range(0, len(rows), batch):
        histories.add(_lines(rows[start : start + batch]))
    expected: dict[str, list[str]] = {}
    for user, _, history in sorted(rows, key=lambda row: row[1]):
        expected.setdefault(user, history.split())
    several = {user for user, _, history in rows if history.split() != expected[user]}
    found: dict[str, list[str]] = {}
    for clicks, item in histories.clicks(NEWS, users_at_once):
        assert NEWS.ids.take(pyarrow.array(item)).to_pylist() == clicks["article_id"].to_pylist()
        for row in clicks.to_pylist():
            assert row["place"] == len(found.setdefault(row["user_id"], []))
            assert row["length"] == len(expected[row["user_id"]])
            found[row["user_id"]].append(row["article_id"])
    assert found == {user: history for user, history in expected.items() if history}
    assert histories.varied == len(several)


def test_of_many_lines_at_one_time_the_first_read_counts() -> None:
    """More of them than a sort that is only stable on short lists keeps in order."""
    rows = [(f"U{number % 20}", 7, "N1" if number < 20 else "N2") for number in range(2_000)]
    histories = Histories()
    for start in (0, 1_000):
        histories.add(_lines(rows[start : start + 1_000]))
    ((clicks, _),) = histories.clicks(NEWS)
    assert clicks["article_id"].to_pylist() == ["N1"] * 20


def test_no_lines_give_no_clicks() -> None:
    assert list(Histories().clicks(NEWS)) == []
    assert Histories().varied == 0


def test_times_are_even_and_strictly_before_the_first_impression() -> None:
    long = _lines([("U1", 0, "N1 N2 N3"), ("U2", 0, " ".join(["N1"] * 2_000))])
    histories = Histories()
    histories.add(long)
    start = 100 * DAY
    ((clicks, _),) = histories.clicks(NEWS)
    time = orders_of(clicks, start)["timestamp"].cast(pyarrow.int64()).to_numpy()
    assert time[:3].tolist() == [start - 21 * DAY, start - 14 * DAY, start - 7 * DAY]
    assert (numpy.diff(time[3:]) > 0).all()
    assert start - HISTORY_SPAN < time.min()
    assert time.max() < start
