"""Users: when they join, how often they come, with which device, and what they like."""

from __future__ import annotations

import dataclasses

import numpy

from schemas.instants import DAY
from sources.simulated_shop.catalogue import SEGMENT_VARIANCE, STYLE_SIZE, Catalogue
from sources.simulated_shop.contents import KINDS
from sources.simulated_shop.impressions import Floats, Integers
from sources.simulated_shop.settings import SimulatorSettings
from sources.simulated_shop.streams import stream

DEVICES = ("phone", "desktop", "tablet")
DEVICE_SHARES = (0.62, 0.30, 0.08)
ACTIVITY_SKEW = 0.8
"""Standard deviation of the logarithm of a user's visits."""


@dataclasses.dataclass(frozen=True)
class Users:
    """Every user of the shop, ordered by when they first open the landing page.

    Attributes:
        joined_at: Microseconds; before the first day for those who are there already [users].
        activity: Relative frequency of visits [users].
        device: The main device, an index into DEVICES [users].
        taste: [users, style].
        habit: General inclination to click, standard deviation 1 [users].
        kind_preference: Standard deviation 1 [users, kinds].
        buys_since: Orders can begin then [users].
    """

    joined_at: Integers
    activity: Floats
    device: Integers
    taste: Floats
    habit: Floats
    kind_preference: Floats
    buys_since: Integers


def make_users(settings: SimulatorSettings, catalogue: Catalogue) -> Users:
    """Draws the users; a part of them join during the logs, some on every day."""
    generator = stream(settings.seed, "users")
    joining = round(settings.users * settings.joining_share)
    there = settings.users - joining
    length = settings.end - settings.start
    joins = settings.start + numpy.sort(generator.integers(0, length, joining))
    joined_at = numpy.concatenate([numpy.full(there, settings.start - settings.order_days * DAY - 1), joins])
    first_order = settings.start - settings.order_days * DAY
    knew_the_shop = generator.random(settings.users) < settings.joining_with_orders
    segments = generator.choice(len(catalogue.segment_shares), settings.users, p=catalogue.segment_shares)
    own = generator.standard_normal((settings.users, STYLE_SIZE)) * numpy.sqrt(1 - SEGMENT_VARIANCE)
    return Users(
        joined_at=joined_at,
        activity=generator.lognormal(0.0, ACTIVITY_SKEW, settings.users),
        device=generator.choice(len(DEVICES), settings.users, p=DEVICE_SHARES),
        taste=catalogue.segment_styles[segments] + own,
        habit=generator.standard_normal(settings.users),
        kind_preference=generator.standard_normal((settings.users, len(KINDS))),
        buys_since=numpy.where(knew_the_shop, first_order, numpy.maximum(joined_at, first_order)),
    )
