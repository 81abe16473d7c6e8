"""Requests taken out of records, and records put together, keep every row with its request and its user."""

from __future__ import annotations

import hypothesis
import hypothesis.strategies as strategies
import numpy

from components.evaluate_ranker.record_columns import RecordColumns
from components.evaluate_ranker.record_selection import concatenate_columns, request_values, select_requests
from tests.components.evaluate_ranker.synthetic_rows import rows_of


def told(columns: RecordColumns) -> list[tuple[str, str, bool, int]]:
    """Every row as plain values."""
    values = columns.values
    return list(
        zip(values["request_id"], values["user_id"], columns.clicked.tolist(), values["timestamp"], strict=True)
    )


def consistent(columns: RecordColumns) -> bool:
    """One number a request and one a user, ascending and without gaps, also where they are repeated by row."""
    pairs = zip(columns.values["request_id"], columns.requests.tolist(), strict=True)
    users = zip(columns.values["user_id"], columns.users.tolist(), strict=True)
    return bool(
        len(set(pairs)) == len(set(columns.values["request_id"])) == columns.request_count
        and len(set(users)) == len(set(columns.values["user_id"])) == len(set(columns.users.tolist()))
        and (columns.request_users[columns.requests] == columns.users).all()
        and (numpy.diff(columns.requests) >= 0).all()
    )


@hypothesis.given(strategies.sets(strategies.integers(0, 11), min_size=1))
def test_a_selection_holds_the_rows_of_its_requests(wanted: set[int]) -> None:
    columns = rows_of(requests=12, slate=3, users=4).columns
    kept = numpy.isin(numpy.arange(12), list(wanted))
    selected = select_requests(columns, kept)
    assert told(selected) == [row for row, number in zip(told(columns), columns.requests, strict=True) if kept[number]]
    assert consistent(selected)
    assert selected.user_count == len(set(selected.values["user_id"]))


def test_the_same_user_of_two_parts_is_one_user() -> None:
    parts = [rows_of(requests=9, slate=2, users=4, seed=seed).columns for seed in (1, 2)]
    together = concatenate_columns(parts)
    assert told(together) == told(parts[0]) + told(parts[1])
    assert consistent(together)
    assert together.user_count == len(set(parts[0].values["user_id"]) | set(parts[1].values["user_id"])) == 4


def test_request_values_are_told_once_a_request() -> None:
    columns = rows_of(requests=5, slate=3, users=2).columns
    assert request_values(columns, "timestamp").tolist() == columns.values["timestamp"][::3].tolist()


def test_no_request_at_all() -> None:
    columns = rows_of(requests=5, slate=3, users=2).columns
    nothing = select_requests(columns, numpy.zeros(5, numpy.bool_))
    assert (nothing.request_count, len(nothing.clicked)) == (0, 0)
    assert told(concatenate_columns([nothing, columns])) == told(columns)
