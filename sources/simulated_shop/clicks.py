"""The truth: the probability of each click, and its part that depends on user and content alone."""

from __future__ import annotations

import numpy
import scipy.special

from schemas.instants import DAY, HOUR, Instant
from sources.simulated_shop.contents import Contents, trend_period
from sources.simulated_shop.follows import FollowedBrands
from sources.simulated_shop.impressions import Floats, Impressions, Integers
from sources.simulated_shop.purchases import Choices
from sources.simulated_shop.settings import SimulatorSettings
from sources.simulated_shop.streams import stream
from sources.simulated_shop.users import Users

KIND_EFFECT = numpy.array([0.0, 0.1, 0.25])
"""Article, carousel, video."""
DEVICE_EFFECT = numpy.array([0.0, 0.15, 0.05])
"""Phone, desktop, tablet."""
HOUR_EFFECT = 0.15
"""Amplitude over the day; people click most in the evening."""
HOUR_OF_MOST_CLICKS = 20
PAIRS_FOR_SCALE = 100_000


class ClickModel:
    """Logits of clicks as a sum of effects, each with a standard deviation that the settings name.

    Attributes:
        match_scale: Standard deviation of the inner product of a taste and a style.
    """

    def __init__(self, settings: SimulatorSettings, contents: Contents, users: Users, follows: Choices) -> None:
        self._settings = settings
        self._contents = contents
        self._users = users
        self._followed = FollowedBrands(settings, follows)
        self.match_scale = self._standard_deviation_of_match()

    def match(self, rows: Impressions) -> Floats:
        """Agreement of the user's taste with the content's style, standard deviation 1 over random pairs [rows]."""
        taste, style = self._users.taste[rows.user], self._contents.style[rows.content]
        match: Floats = numpy.einsum("rd,rd->r", taste, style) / self.match_scale
        return match

    def _standard_deviation_of_match(self) -> float:
        generator = stream(self._settings.seed, "match")
        user = generator.integers(0, len(self._users.taste), PAIRS_FOR_SCALE)
        content = generator.integers(0, len(self._contents.style), PAIRS_FOR_SCALE)
        return float(numpy.einsum("rd,rd->r", self._users.taste[user], self._contents.style[content]).std())

    def lasting(self, rows: Impressions, match: Floats, known_until: Instant | None = None) -> Floats:
        """The part of the logit that stays while user and content do [rows].

        Args:
            rows: Who sees what when.
            match: From `match`.
            known_until: Brands followed at or after this instant are left out; by default those after the request.
        """
        settings, contents, users = self._settings, self._contents, self._users
        kind = contents.kind[rows.content]
        followed_at = self._followed.since(rows.user, contents.brands[rows.content])
        followed = followed_at < (rows.time if known_until is None else numpy.minimum(rows.time, known_until))
        logit: Floats = (
            settings.click_logit
            + settings.quality * contents.quality[rows.content]
            + KIND_EFFECT[kind]
            + settings.habit * users.habit[rows.user]
            + settings.kind_preference * users.kind_preference[rows.user, kind]
            + settings.taste * match
            + settings.followed_brand * followed
        )
        return logit

    def passing(self, rows: Impressions) -> Floats:
        """The part of the logit that comes from the moment: age and trend of the content, slot, hour, device [rows]."""
        settings, contents = self._settings, self._contents
        age = rows.time - contents.published_at[rows.content]
        hour = rows.time % DAY / HOUR
        trend = contents.trends[rows.content, trend_period(settings, rows.time)]
        logit: Floats = (
            freshness(settings, age)
            + settings.trend * trend
            + slot_effect(settings, rows.slot)
            + HOUR_EFFECT * numpy.cos(2 * numpy.pi * (hour - HOUR_OF_MOST_CLICKS) / 24)
            + DEVICE_EFFECT[rows.device]
        )
        return logit


def freshness(settings: SimulatorSettings, age: Integers) -> Floats:
    """What a young content gains over an old one; ages in microseconds."""
    return settings.freshness * numpy.exp(-age / (settings.freshness_days * DAY))


def slot_effect(settings: SimulatorSettings, slot: Integers) -> Floats:
    """The position bias: the odds of a click fall with a power of the position."""
    return -settings.position_decay * numpy.log1p(slot)


def probability(logit: Floats) -> Floats:
    """The logistic function."""
    chance: Floats = scipy.special.expit(logit)
    return chance
