"""Who opens the landing page when: requests by time of day, of regular visitors and of those who join."""

from __future__ import annotations

import dataclasses

import numpy

from schemas.instants import DAY, HOUR, MICROSECONDS, Duration, Instant
from sources.simulated_shop.impressions import Integers
from sources.simulated_shop.settings import SimulatorSettings
from sources.simulated_shop.slate_lengths import draw_slate_lengths, mean_slate_length
from sources.simulated_shop.streams import stream
from sources.simulated_shop.users import DEVICES, Users

HOURLY_TRAFFIC = numpy.array(
    [
        1.5,
        1.0,
        0.7,
        0.6,
        0.7,
        1.2,
        2.2,
        3.2,
        3.8,
        4.2,
        4.5,
        4.8,
        5.2,
        5.0,
        4.6,
        4.5,
        4.8,
        5.4,
        6.2,
        7.2,
        7.8,
        7.0,
        5.0,
        3.0,
    ]
)
"""Relative number of requests in each hour of the day: a trough at night that is never empty, a peak in the evening."""
WEEKEND_TRAFFIC = 1.15
MAIN_DEVICE_SHARE = 0.85


@dataclasses.dataclass(frozen=True)
class Requests:
    """Loads of the page in one period, ordered by time.

    Attributes:
        number: Counted over the whole run [requests].
        time: Microseconds [requests].
        user: Index of the user [requests].
        device: Index into DEVICES [requests].
        length: Number of slots shown [requests].
    """

    number: Integers
    time: Integers
    user: Integers
    device: Integers
    length: Integers


class Traffic:
    """The visits of the whole run, drawn period by period."""

    def __init__(self, settings: SimulatorSettings, users: Users) -> None:
        self._settings = settings
        self._users = users
        self.period: Duration = settings.list_refresh_minutes * MICROSECONDS["m"]
        starts = numpy.arange(settings.start, settings.end, self.period)
        self.starts = starts
        hours = (starts % DAY) / HOUR
        weight = numpy.interp(hours, numpy.arange(24) + 0.5, HOURLY_TRAFFIC, period=24)
        weekday = (starts // DAY + 3) % 7  # 1970-01-01 was a Thursday
        weight = weight * numpy.where(weekday >= 5, WEEKEND_TRAFFIC, 1.0)
        joining = int((users.joined_at >= settings.start).sum())
        visits = max(round(settings.impressions / mean_slate_length(settings.slots)) - joining, 0)
        self._visits = stream(settings.seed, "traffic").multinomial(visits, weight / weight.sum())
        joins = numpy.diff(numpy.searchsorted(users.joined_at, numpy.append(starts, settings.end)))
        self._first_number = numpy.concatenate([[0], numpy.cumsum(self._visits + joins)])
        self._cumulative_activity = numpy.cumsum(users.activity)

    def requests(self, period: int) -> Requests:
        """Draws the requests of one period; who joins in it comes once, at that instant.

        Args:
            period: Index into `starts`.
        """
        generator = stream(self._settings.seed, "requests", period)
        start: Instant = int(self.starts[period])
        known, joined = numpy.searchsorted(self._users.joined_at, [start, start + self.period])
        visits = int(self._visits[period]) if known else 0
        # Users are ordered by joining: those known by now are a prefix of the cumulative activity.
        point = generator.random(visits) * (self._cumulative_activity[known - 1] if known else 0.0)
        regular = numpy.minimum(numpy.searchsorted(self._cumulative_activity, point, "right"), max(known - 1, 0))
        user = numpy.concatenate([regular, numpy.arange(known, joined)])
        time = start + generator.integers(0, self.period, visits)
        time = numpy.concatenate([time, self._users.joined_at[known:joined]])
        order = numpy.lexsort((user, time))
        other = generator.integers(0, len(DEVICES), len(user))
        main = generator.random(len(user)) < MAIN_DEVICE_SHARE
        return Requests(
            number=self._first_number[period] + numpy.arange(len(user)),
            time=time[order],
            user=user[order],
            device=numpy.where(main, self._users.device[user[order]], other),
            length=draw_slate_lengths(self._settings.slots, len(user), generator),
        )
