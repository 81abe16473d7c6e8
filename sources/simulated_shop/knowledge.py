"""The best score for someone who knows user and content but nothing of the moment and nothing after a day's start."""

from __future__ import annotations

import numpy

from schemas.instants import DAY, HOUR, Instant
from sources.simulated_shop.clicks import DEVICE_EFFECT, ClickModel, freshness, slot_effect
from sources.simulated_shop.contents import Contents, trend_memory, trend_period
from sources.simulated_shop.impressions import Floats, Impressions
from sources.simulated_shop.settings import SimulatorSettings
from sources.simulated_shop.traffic import MAIN_DEVICE_SHARE
from sources.simulated_shop.users import Users

TYPICAL_AGE_OF_NEW = 6 * HOUR
"""Age at which a content that is published during the day counts: its true age is not known at the day's start."""
VIEWS_OF_DOUBT = 20
"""So many views weigh as much as the mean of all contents when a content's usual slots are guessed."""


class DayKnowledge:
    """Scores the impressions of one day as of its start: effects of the moment are replaced by their expectation."""

    def __init__(self, settings: SimulatorSettings, contents: Contents, users: Users, model: ClickModel) -> None:
        self._settings = settings
        self._contents = contents
        self._users = users
        self._model = model
        self._slot_effect_sum = numpy.zeros(settings.contents)
        self._views = numpy.zeros(settings.contents)
        self._expected_of_content = numpy.zeros(settings.contents)
        self._as_of = settings.start

    def start_day(self, as_of: Instant) -> None:
        """Fixes what is known of the contents at the start of a day."""
        settings, contents = self._settings, self._contents
        known = contents.published_at < as_of
        age = numpy.where(known, as_of - contents.published_at + DAY // 2, TYPICAL_AGE_OF_NEW)
        newest = trend_period(settings, numpy.array([as_of]))[0] - 1
        trend = contents.trends[:, newest] * trend_memory(DAY // 2) if newest >= 0 else numpy.zeros(len(known))
        self._expected_of_content = (
            freshness(settings, age) + settings.trend * numpy.where(known, trend, 0.0) + self._expected_slot_effect()
        )
        self._slot_effect_sum[:] = 0
        self._views[:] = 0
        self._as_of = as_of

    def score(self, rows: Impressions, match: Floats) -> Floats:
        """The expected logit given user and content, as of the day's start [rows]; remembers the slots for the next."""
        self._slot_effect_sum += numpy.bincount(
            rows.content, slot_effect(self._settings, rows.slot), minlength=len(self._views)
        )
        self._views += numpy.bincount(rows.content, minlength=len(self._views))
        main = DEVICE_EFFECT[self._users.device[rows.user]]
        device = MAIN_DEVICE_SHARE * main + (1 - MAIN_DEVICE_SHARE) * DEVICE_EFFECT.mean()
        lasting = self._model.lasting(rows, match, known_until=self._as_of)
        expected: Floats = lasting + self._expected_of_content[rows.content] + device
        return expected

    def _expected_slot_effect(self) -> Floats:
        # The shop gives its favourites better slots; what it did the day before tells where a content will stand.
        if not self._views.any():
            return numpy.zeros(len(self._views))
        typical = self._slot_effect_sum.sum() / self._views.sum()
        expected: Floats = (self._slot_effect_sum + VIEWS_OF_DOUBT * typical) / (self._views + VIEWS_OF_DOUBT)
        return expected
