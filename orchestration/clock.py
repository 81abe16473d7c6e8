"""Which instant of a configuration's grid a clock means."""

from __future__ import annotations

import datetime

from orchestration.configuration import RunConfiguration
from schemas.instants import DAY, Instant, parse_instant


def last_refresh(configuration: RunConfiguration, now: datetime.datetime) -> Instant:
    """The last instant of the configuration's grid at or before a moment."""
    grid, moment = configuration.timeline, parse_instant(now)
    return moment - (moment - grid.as_of) % grid.refresh


def last_daily_run(configuration: RunConfiguration, now: datetime.datetime) -> Instant:
    """The youngest `as_of`, at the configuration's hour of the day, whose test days have ended by a moment."""
    as_of = configuration.timeline.as_of
    tested = parse_instant(now) - configuration.test_days * DAY
    return tested - (tested - as_of) % DAY
