"""Rows added in any order come back day by day, none lost."""

from __future__ import annotations

from pathlib import Path

import hypothesis
import hypothesis.strategies as strategies
import numpy
import pyarrow
import pytest

from schemas.instants import DAY
from sources.day_buckets import DayBuckets

TIMES = strategies.lists(strategies.lists(strategies.integers(-2 * DAY, 4 * DAY), max_size=6), max_size=4)


@hypothesis.settings(max_examples=40)
@hypothesis.given(batches=TIMES)
def test_every_row_comes_back_on_its_day_in_the_order_added(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[int]]
) -> None:
    buckets = DayBuckets(tmp_path_factory.mktemp("days") / "buckets", "time")
    added = [(time, number) for number, time in enumerate(time for batch in batches for time in batch)]
    number = 0
    for batch in batches:
        times, numbers = numpy.array(batch, numpy.int64), numpy.arange(number, number + len(batch))
        buckets.add(pyarrow.table({"time": times, "number": numbers}))
        number += len(batch)
    assert buckets.rows == len(added)
    assert buckets.first == min((time for time, _ in added), default=None)
    found = {midnight: list(zip(*rows.to_pydict().values(), strict=True)) for midnight, rows in buckets.days()}
    expected: dict[int, list[tuple[int, int]]] = {}
    for time, place in added:
        expected.setdefault(time // DAY * DAY, []).append((time, place))
    assert found == expected
    assert list(found) == sorted(found)


def test_many_rows_of_a_day_keep_their_order(tmp_path: Path) -> None:
    buckets = DayBuckets(tmp_path / "buckets", "time")
    buckets.add(pyarrow.table({"time": numpy.arange(2_000) % 3 * DAY, "number": numpy.arange(2_000)}))
    for midnight, rows in buckets.days():
        assert rows["number"].to_pylist() == list(range(midnight // DAY, 2_000, 3))


def test_timestamps_are_instants_and_files_go_once_read(tmp_path: Path) -> None:
    buckets = DayBuckets(tmp_path / "buckets", "time")
    buckets.add(pyarrow.table({"time": pyarrow.array([DAY + 5, 3], pyarrow.timestamp("us", tz="UTC"))}))
    assert [midnight for midnight, _ in buckets.days()] == [0, DAY]
    assert not list((tmp_path / "buckets").iterdir())
