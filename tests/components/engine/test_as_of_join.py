"""Both engines give the rows that a comparison of every row with every event gives."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import hypothesis
import hypothesis.strategies as strategies
import ibis.expr.types
import numpy
import pyarrow
import pytest

from components.engine.as_of_join import as_of_join
from components.engine.engine import Engine, open_engine
from components.engine.settings import EngineSettings

Row = dict[str, Any]

keys = strategies.integers(0, 3)
times = strategies.integers(0, 9)
events_of_tests = strategies.lists(strategies.tuples(keys, times), max_size=25, unique=True)
rows_of_tests = strategies.lists(
    strategies.tuples(keys | strategies.just(77), strategies.integers(-1, 11)), max_size=12
)


@pytest.fixture(scope="module")
def duckdb() -> Iterator[Engine]:
    with open_engine(EngineSettings(memory_limit="1GB")) as opened:
        yield opened


def tables(asked: list[tuple[int, int]], known: list[tuple[int, int]]) -> tuple[pyarrow.Table, pyarrow.Table]:
    """Rows, and events that carry a number and a text each."""
    rows = {
        "row": range(len(asked)),
        "key": [key for key, _ in asked],
        "instant": [instant for _, instant in asked],
    }
    events = {
        "key": [key for key, _ in known],
        "time": [time for _, time in known],
        "vector": [f"é{number}" for number in range(len(known))],
        "views": range(len(known)),
    }
    types = {"vector": pyarrow.string()}
    schemas = [
        pyarrow.schema({name: types.get(name, pyarrow.int64()) for name in columns}) for columns in (rows, events)
    ]
    return pyarrow.table(rows, schemas[0]), pyarrow.table(events, schemas[1])


def brute_force(rows: pyarrow.Table, events: pyarrow.Table) -> list[Row]:
    """Each row with the event that no other of its key follows, among those before its instant."""
    joined = []
    for row in rows.to_pylist():
        before = [
            event for event in events.to_pylist() if event["key"] == row["key"] and event["time"] < row["instant"]
        ]
        last = max(before, key=lambda event: int(event["time"]), default={"vector": None, "views": None})
        joined.append({**row, "vector": last["vector"], "views": last["views"]})
    return joined


def read(engine: Engine, joined: ibis.expr.types.Table) -> list[Row]:
    table = pyarrow.Table.from_batches(engine.stream(joined.order_by("row")), joined.schema().to_pyarrow())
    result: list[Row] = table.to_pylist()
    return result


@hypothesis.settings(max_examples=40, deadline=None)
@hypothesis.given(rows_of_tests, events_of_tests)
def test_duckdb_equals_brute_force(duckdb: Engine, asked: list[tuple[int, int]], known: list[tuple[int, int]]) -> None:
    rows, events = tables(asked, known)
    with duckdb.given(rows) as left, duckdb.given(events) as right:
        assert read(duckdb, as_of_join(duckdb, left, right)) == brute_force(rows, events)


@pytest.mark.skipif(shutil.which("java") is None, reason="Java is missing: Spark cannot run")
def test_spark_gives_the_rows_of_duckdb(duckdb: Engine) -> None:
    generator = numpy.random.default_rng(0)
    known = sorted({(int(key), int(time)) for key, time in generator.integers(0, 20, (200, 2))})
    asked = [(int(key), int(instant)) for key, instant in generator.integers(-1, 22, (400, 2))]
    rows, events = tables(asked, known)
    with duckdb.given(rows) as left, duckdb.given(events) as right:
        expected = read(duckdb, as_of_join(duckdb, left, right))
    assert expected == brute_force(rows, events)
    assert {row["views"] is None for row in expected} == {True, False}
    with (
        open_engine(EngineSettings(engine="pyspark", memory_limit="1GB")) as spark,
        spark.given(rows) as left,
        spark.given(events) as right,
    ):
        assert not spark.joins_as_of
        assert read(spark, as_of_join(spark, left, right)) == expected
        with spark.given(events.slice(0, 0)) as nothing:
            assert {row["views"] for row in read(spark, as_of_join(spark, left, nothing))} == {None}


def test_tables_that_were_given_are_let_go(duckdb: Engine) -> None:
    rows, _ = tables([(0, 1)], [])
    with duckdb.given(rows):
        assert [name for name in duckdb.connection.list_tables() if name.startswith("given_")]
    assert not [name for name in duckdb.connection.list_tables() if name.startswith("given_")]
