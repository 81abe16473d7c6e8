"""Numbers and names as people read them in the report and in the terminal; what is undefined is a dash."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from schemas.instants import DAY, HOUR, parse_instant

DASH = "–"


def decimal(value: float | None, digits: int = 4) -> str:
    """0.8123, or a dash."""
    return DASH if value is None else f"{value:.{digits}f}"


def signed(value: float | None, digits: int = 2) -> str:
    """+0.67, or a dash."""
    return DASH if value is None else f"{value:+.{digits}f}"


def whole(value: float | None) -> str:
    """40,176, or a dash."""
    return DASH if value is None else f"{value:,.0f}"


def with_interval(lift: Mapping[str, Any] | None, unit: str = " pp", digits: int = 2) -> str:
    """+0.67 pp [+0.50, +1.00], or a dash."""
    if lift is None or lift["value"] is None:
        return DASH
    return f"{signed(lift['value'], digits)}{unit} {interval(lift, digits)}".rstrip()


def interval(lift: Mapping[str, Any] | None, digits: int = 2) -> str:
    """[+0.50, +1.00], or nothing where it is undefined."""
    if lift is None or lift["low"] is None or lift["high"] is None:
        return ""
    return f"[{signed(lift['low'], digits)}, {signed(lift['high'], digits)}]"


def value_with_interval(measured: Mapping[str, Any] | None, digits: int = 3) -> str:
    """0.612 [0.601, 0.623], or a dash."""
    if measured is None or measured["value"] is None:
        return DASH
    if measured["low"] is None or measured["high"] is None:
        return decimal(measured["value"], digits)
    bounds = f"[{decimal(measured['low'], digits)}, {decimal(measured['high'], digits)}]"
    return f"{decimal(measured['value'], digits)} {bounds}"


def share(part: float | None) -> str:
    """61 %, or a dash."""
    return DASH if part is None else f"{100 * part:.0f} %"


def percent(level: float) -> str:
    """95 %."""
    return f"{100 * level:g} %"


def compact_count(value: float) -> str:
    """1,234 or 0.0123: counts of steps are numbers of any size."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.4g}"


def duration(seconds: float) -> str:
    """0.4 s, 12 s or 3 min 05 s."""
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s"


def words(name: str) -> str:
    """Cold users for cold_users, kind: video for kind=video."""
    return name.replace("_", " ").replace("=", ": ")


def duration_between(first: str, last: str) -> str:
    """3 days, 23 hours or 40 minutes, from two instants in ISO 8601."""
    length = parse_instant(last) - parse_instant(first)
    for size, unit in ((DAY, "days"), (HOUR, "hours")):
        if length >= 2 * size:
            return f"{length / size:.0f} {unit}"
    return f"{60 * length / HOUR:.0f} minutes"
