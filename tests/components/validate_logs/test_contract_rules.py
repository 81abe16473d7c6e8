"""Whatever the contract declares: valid rows come out as they went in, and a row that breaks one rule is put aside."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from components.engine.engine import open_engine
from components.validate_logs.log_window import LogWindow
from components.validate_logs.settings import ValidationSettings
from schemas.instants import DAY, as_datetime
from schemas.log_contract import Column, Table, log_contract
from tests.components.validate_logs.contract_rows import (
    Row,
    broken_rows,
    expectations,
    valid_row,
    write_rows,
)
from tests.components.validate_logs.validating import check_tables
from tests.log_folders import START

WINDOW = LogWindow(START, START + DAY)
SETTINGS = ValidationSettings(threads=1)


@pytest.mark.parametrize("as_json", [False, True], ids=["parquet", "ndjson"])
def test_every_rule_puts_aside_the_row_that_breaks_it_and_no_other(tmp_path: Path, as_json: bool) -> None:
    """The rules are those that the contract generates: a new column is covered without a new test."""
    expected: dict[str, Counter[str]] = {}
    kept: dict[str, set[tuple[Any, ...]]] = {}
    for name, table in log_contract().items():
        rows, expected[name] = [valid_row(table, 0), valid_row(table, 1)], Counter()
        kept[name] = {_key(table, row) for row in rows}
        for number, expectation in enumerate(expectations(table), start=1):
            broken = broken_rows(table, expectation, 2 * number, as_json)
            if broken is not None:
                rows += broken
                expected[name][expectation] += 1
                # Of two rows that repeat each other the first stays.
                kept[name] |= {_key(table, row) for row in broken[:-1]}
        lines = '{"cut in the mid' if as_json else ""
        expected[name]["line: not a JSON object"] += as_json
        write_rows(tmp_path / "logs", table, rows, as_json, lines)
    with open_engine(SETTINGS) as engine:
        checked = check_tables(engine, tmp_path / "logs", WINDOW, SETTINGS)
        for name, result in checked.items():
            assert Counter(result.quarantined.execute()["reason"]) == +expected[name], name
            assert result.reasons == dict(+expected[name]), name
            accepted = result.accepted.to_pyarrow().to_pylist()
            assert {_key(result.table, row) for row in accepted} == kept[name]
            assert len(accepted) == len(kept[name]) == result.counts["rows_accepted"].sum()
            assert result.counts["rows_read"].sum() == len(accepted) + expected[name].total()


def test_parquet_and_json_together_reach_every_rule() -> None:
    for table in log_contract().values():
        for expectation in expectations(table):
            reached = [broken_rows(table, expectation, 2, as_json) is not None for as_json in (False, True)]
            assert any(reached) or expectation.startswith("line: "), expectation


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), as_json=st.booleans())
def test_valid_tables_come_out_as_they_went_in(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, as_json: bool
) -> None:
    folder = tmp_path_factory.mktemp("round_trip")
    tables: dict[str, list[Row]] = {}
    for name in ("articles", "contents", *sorted(log_contract().keys() - {"articles", "contents"})):
        tables[name] = data.draw(_rows(log_contract()[name], tables), label=name)
        write_rows(folder, log_contract()[name], tables[name], as_json)
    with open_engine(SETTINGS) as engine:
        for name, result in check_tables(engine, folder, WINDOW, SETTINGS).items():
            assert result.quarantined.execute().to_dict("records") == []
            accepted = result.accepted.drop("partition_day").to_pyarrow().cast(result.table.arrow_schema)
            expected = pyarrow.Table.from_pylist(tables[name], result.table.arrow_schema)
            # As text, since rows with nulls and lists have no order.
            assert sorted(map(_text, accepted.to_pylist())) == sorted(map(_text, expected.to_pylist()))


def _key(table: Table, row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in table.key)


def _text(row: Row) -> str:
    return json.dumps(row, default=str, sort_keys=True)


@st.composite
def _rows(draw: st.DrawFn, table: Table, others: dict[str, list[Row]]) -> list[Row]:
    """Valid rows of any values that the contract allows."""
    rows: list[Row] = []
    taken: set[tuple[Any, ...]] = set()
    for _ in range(draw(st.integers(1, 5))):
        row = {name: draw(_values(table, name, column, others)) for name, column in table.columns.items()}
        for name, column in table.columns.items():
            if column.only_where is not None and row[column.only_where] != 1:
                row[name] = None
        groups = [("key", *_key(table, row))]
        groups += [
            (name, row[column.unique_in], row[name])
            for name, column in table.columns.items()
            if column.unique_in is not None and row[name] is not None
        ]
        if taken.isdisjoint(groups):
            taken.update(groups)
            rows.append(row)
    return rows


def _values(table: Table, name: str, column: Column, others: dict[str, list[Row]]) -> st.SearchStrategy[Any]:
    text = st.text(st.characters(exclude_categories=["Cs"]), min_size=1 if name in table.key else 0, max_size=6)
    if column.references is not None:
        target, key = column.references.split(".")
        text = st.sampled_from([row[key] for row in others[target]])
    if column.allowed is not None:
        values: st.SearchStrategy[Any] = st.sampled_from(column.allowed)
    elif column.type == "string":
        values = text
    elif column.type == "timestamp":
        instants = st.sampled_from([0, 1, DAY // 2, DAY - 1]) | st.integers(0, DAY - 1)
        values = instants.map(lambda offset: as_datetime(START + offset))
    elif column.type == "bool":
        values = st.booleans()
    elif column.type.startswith("int"):
        bits = int(column.type.removeprefix("int")) - 1
        least = -(1 << bits) if column.minimum is None else int(column.minimum)
        values = st.integers(least, (1 << bits) - 1 if column.maximum is None else int(column.maximum))
    elif column.type.startswith("float"):
        values = st.floats(column.minimum, column.maximum, width=32, allow_nan=False, allow_infinity=False)
    else:
        floats = st.floats(width=32, allow_nan=False, allow_infinity=False)
        longest = column.length or column.maximum_length or 4
        elements = text if column.type == "list<string>" else floats
        values = st.lists(elements, min_size=column.length or 0, max_size=longest)
        if column.length is not None:
            values = st.lists(elements, min_size=3, max_size=3).map(lambda some: (some * longest)[:longest])
    return values | st.none() if column.nullable else values
