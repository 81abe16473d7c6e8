"""Which days of a window are whole: the window may cut its first and its last."""

from __future__ import annotations

from components.validate_logs.log_window import LogWindow
from schemas.instants import DAY, as_datetime


def whole_days(window: LogWindow) -> list[str]:
    """The UTC days that lie inside the window from midnight to midnight, oldest first, such as 2026-03-09."""
    first, end = -(-window.start // DAY), window.end // DAY
    return [as_datetime(day * DAY).date().isoformat() for day in range(first, end)]
