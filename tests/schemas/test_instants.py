"""Instants and durations survive their texts, and wrong texts are refused by name."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import ContractError
from schemas.instants import (
    DAY,
    HOUR,
    MICROSECONDS,
    as_datetime,
    compact_instant,
    format_instant,
    parse_compact_instant,
    parse_duration,
    parse_instant,
)

INSTANTS = st.integers(parse_instant("1900-01-01"), parse_instant("2100-01-01"))


@given(INSTANTS)
def test_an_instant_survives_its_text_to_the_microsecond(instant: int) -> None:
    assert parse_instant(format_instant(instant)) == instant
    assert parse_instant(as_datetime(instant)) == instant
    assert format_instant(instant).endswith("Z")


@given(INSTANTS)
def test_a_whole_minute_survives_its_compact_text(instant: int) -> None:
    minute = instant // MICROSECONDS["m"] * MICROSECONDS["m"]
    assert parse_compact_instant(compact_instant(minute)) == minute
    if minute != instant:
        with pytest.raises(ContractError, match="not a whole minute"):
            compact_instant(instant)


@given(INSTANTS, st.integers(-14 * 60, 14 * 60))
def test_an_offset_is_applied_and_a_naive_time_is_utc(instant: int, minutes: int) -> None:
    zone = datetime.timezone(datetime.timedelta(minutes=minutes))
    assert parse_instant(as_datetime(instant).astimezone(zone).isoformat()) == instant
    assert parse_instant(as_datetime(instant).replace(tzinfo=None)) == instant


@given(INSTANTS, INSTANTS)
def test_compact_texts_sort_like_time(first: int, second: int) -> None:
    one, other = (compact_instant(instant // DAY * DAY) for instant in (first, second))
    assert (one < other) == (first // DAY < second // DAY)


def test_what_the_documentation_promises() -> None:
    assert parse_instant("2026-03-09T00:00:00Z") == parse_instant("2026-03-09") == 1_773_014_400_000_000
    assert parse_instant(datetime.date(2026, 3, 9)) == parse_instant("2026-03-09")
    assert format_instant(1_773_014_400_000_000) == "2026-03-09T00:00:00Z"
    assert format_instant(1_773_014_400_000_001) == "2026-03-09T00:00:00.000001Z"
    assert compact_instant(1_773_014_400_000_000) == "202603090000"


@pytest.mark.parametrize(("text", "expected"), [("30m", HOUR // 2), ("2h", 2 * HOUR), ("1d", DAY), ("90s", 90_000_000)])
def test_durations(text: str, expected: int) -> None:
    assert parse_duration(text) == expected


@pytest.mark.parametrize("text", ["", "0m", "-1h", "1.5h", "30 m", "1w", "h", "٣m"])
def test_a_wrong_duration_is_refused(text: str) -> None:
    with pytest.raises(ContractError, match="is not a duration such as"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "2026-03-09T25:00:00Z", ""])
def test_a_wrong_instant_is_refused(text: str) -> None:
    with pytest.raises(ContractError, match="is not an ISO 8601 instant"):
        parse_instant(text)
