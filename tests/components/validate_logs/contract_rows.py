"""Rows made from the log contract alone: valid ones, and for every rule it generates one that breaks just this rule."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet

from components.validate_logs.row_rules import row_rules
from components.validate_logs.table_rules import reference_rules, repetition_rules
from components.validate_logs.wide_file import WIDE_TYPES
from schemas.instants import as_datetime
from schemas.log_contract import Column, Table
from tests.log_folders import START

Row = dict[str, Any]
DAY_NAME = as_datetime(START).date().isoformat()
AN_OBJECT = {"an": "object"}
"""A JSON value that fits no declared type."""


def valid_row(table: Table, number: int) -> Row:
    """A row that breaks no rule; rows of different numbers break none together. References are to rows 0 and 1."""
    return {name: _value(name, column, number) for name, column in table.columns.items()}


def expectations(table: Table) -> list[str]:
    """Every rule that the contract generates for a table."""
    rules = [rule.expectation for rule in row_rules(table)]
    return (
        rules
        + [rule.expectation for rule in reference_rules(table)]
        + [rule.expectation for rule in repetition_rules(table)]
    )


def broken_rows(table: Table, expectation: str, number: int, as_json: bool) -> list[Row] | None:
    """Rows of which one breaks an expectation and nothing else; None where the format cannot hold such a row.

    Args:
        table: The declared table.
        expectation: One of expectations(table).
        number: Of the valid row that they start from; the next one is used too.
        as_json: Whether they are for JSON; Parquet has no values of wrong types.
    """
    row = valid_row(table, number)
    subject, words = expectation.split(": ", 1)
    if words == "duplicate":
        return [row, dict(row)]
    if words.startswith("repeated within one "):
        within = words.removeprefix("repeated within one ")
        return [row, {**valid_row(table, number + 1), within: row[within], subject: row[subject]}]
    if subject == "line":
        return None
    column = table.columns[subject]
    if words.startswith("present where "):
        row[words.removeprefix("present where ").removesuffix(" is not 1")] = 0
    else:
        wrong = _wrong_value(column, words, row[subject], as_json)
        if wrong is NotImplemented:
            return None
        row[subject] = wrong
        # What may only be there beside the value that is gone now would be a second fault.
        row |= {name: None for name, other in table.columns.items() if other.only_where == subject}
    return [row]


def write_rows(logs: Path, table: Table, rows: Sequence[Mapping[str, Any]], as_json: bool, lines: str = "") -> Path:
    """Writes rows, and further lines after those of JSON, into the partition of START's day."""
    folder = logs / table.name / (f"day={DAY_NAME}" if table.partitioned_by else "")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / ("part-0.ndjson" if as_json else "part-0.parquet")
    if as_json:
        text = "".join(json.dumps(row, default=datetime.datetime.isoformat) + "\n" for row in rows)
        path.write_text(text + lines, encoding="utf-8")
    else:
        schema = pyarrow.schema([(name, WIDE_TYPES[column.type]) for name, column in table.columns.items()])
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist([dict(row) for row in rows], schema), path)
    return path


def _value(name: str, column: Column, number: int) -> Any:
    identity = column.references.split(".")[1] + f"-{number % 2}" if column.references else f"{name}-{number}"
    if column.allowed is not None:
        return column.allowed[-1]
    if column.type == "timestamp":
        return as_datetime(START + number * 1_000_000)
    if column.type.startswith("list"):
        length = column.length if column.length is not None else 1
        return [identity if column.type == "list<string>" else 0.5] * length
    least = 0 if column.minimum is None else column.minimum
    numbers = {"bool": True, "float32": least + 0.5, "float64": least + 0.5}
    if column.type.startswith("int"):
        return int(least) + (number if column.unique_in is not None else 0)
    return numbers.get(column.type, identity)


def _wrong_value(column: Column, words: str, value: Any, as_json: bool) -> Any:
    """A value that breaks what the words say; NotImplemented where the format cannot hold one."""
    if words.startswith("does not fit "):
        too_large = {
            "int8": 1 << 40,
            "int32": 1 << 40,
            "float32": 1e300,
            "list<float32>": [1e300] * (column.length or 1),
        }
        return AN_OBJECT if as_json else too_large.get(column.type, NotImplemented)
    if words.startswith("outside the day"):
        return value + datetime.timedelta(days=1)
    if words.startswith("outside "):
        return type(value)(column.minimum - 1 if column.minimum is not None else (column.maximum or 0) + 1)
    if words.startswith("not one of "):
        return "another" if column.type == "string" else value + 1  # a valid row has the last allowed value
    if words.startswith("unknown in "):
        return ["nowhere"] if column.type.startswith("list") else "nowhere"
    if words.startswith("more than "):
        return value[:1] * ((column.maximum_length or 0) + 1)
    if words == "has a null element":
        return [None, *value[1:]]
    if words.startswith("not ") and words.endswith(" elements"):
        return value[:-1]
    if words == "not finite":
        return [float("nan"), *value[1:]] if column.type.startswith("list") else float("inf")
    return {"null": None, "empty": ""}[words]
