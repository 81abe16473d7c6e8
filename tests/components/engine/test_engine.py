"""Both engines do the same with the same expressions, whatever the names of files and the size of batches."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy
import pyarrow
import pyarrow.parquet
import pytest

from components.engine.as_of_join import as_of_join
from components.engine.engine import Engine, open_engine
from components.engine.settings import EngineSettings
from schemas.errors import ContractError
from tests.components.engine.as_of_rows import brute_force, read, tables

needs_java = pytest.mark.skipif(shutil.which("java") is None, reason="Java is missing: Spark cannot run")


@pytest.fixture(scope="module", params=["duckdb", pytest.param("pyspark", marks=needs_java)])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    with open_engine(EngineSettings(engine=request.param, memory_limit="1GB")) as opened:
        yield opened


def _events(rows: int) -> pyarrow.Table:
    generator = numpy.random.default_rng(0)
    time = pyarrow.array(generator.integers(0, 10**15, rows), pyarrow.timestamp("us", tz="UTC"))
    return pyarrow.table({"id": [f"é{number}" for number in range(rows)], "time": time})


def test_streams_every_row_in_order_from_files_with_odd_names(engine: Engine, tmp_path: Path) -> None:
    events = _events(5_000)
    paths = [tmp_path / "a [1]*?{b}.parquet", tmp_path / "day=2026-03-02" / "part-0.parquet"]
    for path, part in zip(paths, (events.slice(0, 3_000), events.slice(3_000)), strict=True):
        path.parent.mkdir(exist_ok=True)
        pyarrow.parquet.write_table(part, path)
    (tmp_path / "a 1x.parquet").write_bytes(b"a pattern in the place of the first name would read this file")

    rows = engine.read_parquet([str(path) for path in paths])
    rows = rows.select("id", microseconds=engine.microseconds(rows.time))
    read = pyarrow.Table.from_batches(engine.stream(rows.order_by("microseconds")))

    expected = events.sort_by("time")
    assert read["id"].to_pylist() == expected["id"].to_pylist()
    assert read["microseconds"].to_pylist() == expected["time"].cast("int64").to_pylist()


def test_kept_rows_can_be_replaced_and_dropped(engine: Engine, tmp_path: Path) -> None:
    pyarrow.parquet.write_table(_events(10), tmp_path / "events.parquet")
    rows = engine.read_parquet([str(tmp_path / "events.parquet")])
    engine.keep("kept", rows)
    kept = engine.keep("kept", rows.limit(4))
    assert kept.count().execute() == 4
    assert [name for name in engine.connection.list_tables() if name.endswith("kept")]
    engine.drop("kept")
    assert not [name for name in engine.connection.list_tables() if name.endswith("kept")]


def test_tables_of_this_process_become_tables_of_the_engine(engine: Engine) -> None:
    table = pyarrow.table({"id": ["a", "é", None], "count": pyarrow.array([1, 2, 1 << 40])})
    rows = engine.from_arrow("given", table)
    read = pyarrow.Table.from_batches(engine.stream(rows.order_by("count", "id")))
    assert read.to_pylist() == table.sort_by("count").to_pylist()


def test_as_of_joins_give_the_same_rows(engine: Engine) -> None:
    """Those of a comparison of every row with every event, with many events at the instants of rows."""
    generator = numpy.random.default_rng(0)
    known = sorted({(int(key), int(time)) for key, time in generator.integers(0, 20, (200, 2))})
    asked = [(int(key), int(instant)) for key, instant in generator.integers(-1, 22, (400, 2))]
    rows, events = tables(asked, known)
    expected = brute_force(rows, events)
    assert {row["views"] is None for row in expected} == {True, False}
    with engine.given(rows) as left, engine.given(events) as right:
        assert read(engine, as_of_join(engine, left, right)) == expected
    assert not [name for name in engine.connection.list_tables() if name.startswith("given_")]


def test_ids_sort_by_their_bytes_on_every_engine(engine: Engine, tmp_path: Path) -> None:
    """Indices are ranks of ids: engines with different collations would give different graphs."""
    ids = ["b", "B", "a", "é", "z", "10", "9", "", "\U0001f600", "\uffff"]
    pyarrow.parquet.write_table(pyarrow.table({"id": ids}), tmp_path / "ids.parquet")
    rows = engine.read_parquet([str(tmp_path / "ids.parquet")])
    read = pyarrow.Table.from_batches(engine.stream(rows.order_by("id")))
    assert read["id"].to_pylist() == sorted(ids, key=lambda text: text.encode())


def test_without_java_spark_is_refused_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", "")
    with (
        pytest.raises(ContractError, match="Java 17"),
        open_engine(EngineSettings(engine="pyspark")),
    ):
        pass
