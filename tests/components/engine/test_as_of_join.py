"""DuckDB's as-of join; that Spark gives the same rows is in test_engine.py, beside what else both do."""

from __future__ import annotations

from collections.abc import Iterator

import hypothesis
import hypothesis.strategies as strategies
import pytest

from components.engine.as_of_join import as_of_join
from components.engine.engine import Engine, open_engine
from components.engine.settings import EngineSettings
from tests.components.engine.as_of_rows import brute_force, read, tables

# Few, so that events and rows often meet at an instant.
keys = strategies.integers(0, 1)
times = strategies.integers(0, 4)
events_of_tests = strategies.lists(strategies.tuples(keys, times), max_size=10, unique=True)
rows_of_tests = strategies.lists(strategies.tuples(keys | strategies.just(77), strategies.integers(-1, 6)), max_size=12)


@pytest.fixture(scope="module")
def duckdb() -> Iterator[Engine]:
    with open_engine(EngineSettings(memory_limit="1GB")) as opened:
        yield opened


@hypothesis.settings(max_examples=40, deadline=None)
@hypothesis.given(rows_of_tests, events_of_tests)
def test_duckdb_equals_brute_force(duckdb: Engine, asked: list[tuple[int, int]], known: list[tuple[int, int]]) -> None:
    rows, events = tables(asked, known)
    with duckdb.given(rows) as left, duckdb.given(events) as right:
        assert read(duckdb, as_of_join(duckdb, left, right)) == brute_force(rows, events)


def test_duckdb_sorts_and_merges(duckdb: Engine) -> None:
    """Of a table of this process it knows no size: left alone, it would compare every row with every event."""
    rows, events = tables([(0, 1)], [(0, 0)])
    with duckdb.given(rows) as left, duckdb.given(events) as right:
        plan = duckdb.connection.raw_sql(f"EXPLAIN {duckdb.connection.compile(as_of_join(duckdb, left, right))}")
        assert "ASOF_JOIN" in str(plan.fetchall())
