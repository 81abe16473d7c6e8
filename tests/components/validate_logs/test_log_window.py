"""Which days a window needs."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.validate_logs.log_window import LogWindow
from schemas.errors import ContractError
from schemas.instants import DAY, HOUR, as_datetime
from schemas.log_contract import log_contract
from tests.log_folders import START


@given(st.integers(0, 30 * DAY), st.integers(1, 10 * DAY), st.integers(-3, 45))
def test_a_day_is_of_the_window_exactly_when_they_share_an_instant(offset: int, length: int, day_number: int) -> None:
    window = LogWindow(START + offset, START + offset + length)
    first = START + day_number * DAY
    shared = first < window.end and first + DAY > window.start
    day = as_datetime(first).date()
    assert (day in window.days) == shared
    assert window.needs_day(log_contract()["impressions"], day) == shared
    assert window.needs_day(log_contract()["orders"], day) == (first < window.end)


def test_a_midnight_end_does_not_need_the_day_that_begins_there() -> None:
    assert LogWindow(START, START + DAY).days == [datetime.date(2026, 3, 2)]
    assert LogWindow(START + 7 * HOUR, START + DAY + 7 * HOUR).days[-1] == datetime.date(2026, 3, 3)


def test_an_empty_window_is_refused() -> None:
    with pytest.raises(ContractError, match="the end must be later"):
        LogWindow(START, START)
