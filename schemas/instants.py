"""Instants and durations: text on the outside, UTC microseconds since 1970 (int64) on the inside."""

from __future__ import annotations

import datetime
import re
from typing import TypeAlias

from schemas.errors import ContractError

Instant: TypeAlias = int
"""Microseconds since 1970-01-01T00:00:00Z."""

NO_EVENT: Instant = 0
"""In place of an event's instant where there is no event: older than any log."""

Duration: TypeAlias = int
"""Microseconds."""

MICROSECONDS: dict[str, int] = {"s": 1_000_000, "m": 60_000_000, "h": 3_600_000_000, "d": 86_400_000_000}
DAY: Duration = MICROSECONDS["d"]
HOUR: Duration = MICROSECONDS["h"]


def parse_instant(text: str | datetime.datetime | datetime.date) -> Instant:
    """Reads an ISO 8601 instant; a naive one is UTC.

    Raises:
        ContractError: The text is not ISO 8601.
    """
    if isinstance(text, str):
        try:
            moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
        except ValueError as error:
            raise ContractError(f"'{text}' is not an ISO 8601 instant such as 2026-03-09T00:00:00Z") from error
    elif isinstance(text, datetime.datetime):
        moment = text
    else:
        moment = datetime.datetime(text.year, text.month, text.day)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.UTC)
    return (moment - datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)) // datetime.timedelta(microseconds=1)


def as_datetime(instant: Instant) -> datetime.datetime:
    """The instant as an aware UTC datetime, exact to the microsecond."""
    return datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC) + datetime.timedelta(microseconds=int(instant))


def format_instant(instant: Instant) -> str:
    """ISO 8601 with a Z, to the second where the instant has no fraction: 2026-03-09T00:00:00Z."""
    return as_datetime(instant).isoformat().replace("+00:00", "Z")


def compact_instant(instant: Instant) -> str:
    """The instant to the minute for folder names and versions: 202603090000.

    Raises:
        ContractError: The instant is not a whole minute.
    """
    if instant % MICROSECONDS["m"]:
        raise ContractError(f"{format_instant(instant)} is not a whole minute and cannot name a folder")
    return as_datetime(instant).strftime("%Y%m%d%H%M")


def parse_compact_instant(text: str) -> Instant:
    """The inverse of compact_instant."""
    return parse_instant(datetime.datetime.strptime(text, "%Y%m%d%H%M"))


def parse_duration(text: str) -> Duration:
    """Reads a duration such as 30m, 2h or 1d.

    Raises:
        ContractError: The text is not a positive number followed by s, m, h or d.
    """
    match = re.fullmatch(r"([1-9]\d*)([smhd])", text)
    if match is None:
        raise ContractError(f"'{text}' is not a duration such as 30m, 2h or 1d")
    return int(match.group(1)) * MICROSECONDS[match.group(2)]
