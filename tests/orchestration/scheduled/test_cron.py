"""A cron expression starts exactly the refreshes of the grid, each after its logs have arrived."""

from __future__ import annotations

import pytest

from orchestration.scheduled.cron import daily_cron, refresh_cron
from schemas.errors import ContractError
from schemas.instants import DAY, HOUR, Duration

MINUTE = HOUR // 60


def _starts(cron: str) -> list[int]:
    """The minutes of a day at which it starts something."""
    second, minutes, hours, *others = cron.split(" ")
    assert (second, others) == ("0", ["*", "*", "*"])
    found = range(24) if hours == "*" else [int(hour) for hour in hours.split(",")]
    return sorted(60 * hour + int(minute) for hour in found for minute in minutes.split(","))


def test_the_daily_run_starts_once_a_day() -> None:
    assert daily_cron("03:00") == "0 0 3 * * *"
    assert _starts(daily_cron("23:59")) == [23 * 60 + 59]


def test_a_refresh_every_half_hour_starts_five_minutes_later() -> None:
    assert refresh_cron(30 * MINUTE, 0, 5 * MINUTE) == "0 5,35 * * * *"


@pytest.mark.parametrize("refresh", [10 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 8 * HOUR, DAY])
@pytest.mark.parametrize("offset", [0, 7 * MINUTE])
@pytest.mark.parametrize("delay", [0, 5 * MINUTE])
def test_every_refresh_of_the_day_starts_once(refresh: Duration, offset: Duration, delay: Duration) -> None:
    expected = sorted((offset + delay + start) % DAY // MINUTE for start in range(0, DAY, refresh))
    assert _starts(refresh_cron(refresh, offset, delay)) == expected


@pytest.mark.parametrize("time_of_day", ["3:00", "24:00", "03:60", "three"])
def test_what_is_no_time_of_the_day_is_refused(time_of_day: str) -> None:
    with pytest.raises(ContractError, match="expected a time of the day such as 03:00"):
        daily_cron(time_of_day)


@pytest.mark.parametrize(
    ("refresh", "delay", "message"),
    [
        (30 * MINUTE, 30 * MINUTE, "less than the 30 between refreshes"),
        (30 * MINUTE, MINUTE // 2, "name whole minutes"),
        (90 * MINUTE, 0, "no cron expression starts a refresh every 90 minutes"),
    ],
)
def test_what_cron_cannot_say_is_refused(refresh: Duration, delay: Duration, message: str) -> None:
    with pytest.raises(ContractError, match=message):
        refresh_cron(refresh, 0, delay)
