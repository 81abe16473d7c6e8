"""When a clock starts the pipelines, as Kubeflow's cron expressions: second, minute, hour, day, month, weekday."""

from __future__ import annotations

import re

from schemas.errors import ContractError
from schemas.instants import DAY, HOUR, MICROSECONDS, Duration

MINUTE = MICROSECONDS["m"]


def daily_cron(time_of_day: str) -> str:
    """Once a day.

    Args:
        time_of_day: `03:00`, in the time zone of the server's controller, which is UTC unless it is told another.

    Raises:
        ContractError: It is no time of the day.
    """
    found = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)", time_of_day)
    if found is None:
        raise ContractError(f"--daily-at {time_of_day}: expected a time of the day such as 03:00")
    return f"0 {int(found[2])} {int(found[1])} * * *"


def refresh_cron(refresh: Duration, offset: Duration, delay: Duration) -> str:
    """After every refresh of the grid.

    Args:
        refresh: Distance between refreshes; it divides a day.
        offset: From midnight to the first refresh of the day.
        delay: How long logs take to arrive: so much later than the instant that it refreshes, a run starts.

    Raises:
        ContractError: They are not whole minutes, the delay is not shorter than the distance, or no cron expression
            says every so many minutes.
    """
    if refresh % MINUTE or (offset + delay) % MINUTE or not 0 <= delay < refresh:
        raise ContractError(
            f"--logs-delay of {delay / MINUTE:g} minutes: name whole minutes, less than the {refresh / MINUTE:g} "
            "between refreshes"
        )
    if HOUR % refresh and refresh % HOUR:
        raise ContractError(
            f"no cron expression starts a refresh every {refresh // MINUTE} minutes; use one that divides an hour or "
            "is a whole number of hours"
        )
    starts = [(offset + delay + start) % DAY for start in range(0, DAY, refresh)]
    minutes = sorted({start % HOUR // MINUTE for start in starts})
    hours = sorted({start // HOUR for start in starts})
    every_hour = len(hours) == DAY // HOUR
    return f"0 {_listed(minutes)} {'*' if every_hour else _listed(hours)} * * *"


def _listed(numbers: list[int]) -> str:
    return ",".join(str(number) for number in numbers)
