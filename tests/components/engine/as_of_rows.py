"""Rows and events to join, and the join by comparing every row with every event."""

from __future__ import annotations

from typing import Any

import ibis.expr.types
import pyarrow

from components.engine.engine import Engine

Row = dict[str, Any]


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
