"""Orders and follows: choices among a few popular candidates, drawn to the user's taste."""

from __future__ import annotations

import dataclasses

import numpy

from schemas.instants import DAY
from sources.simulated_shop.catalogue import STYLE_SIZE, Catalogue
from sources.simulated_shop.impressions import Floats, Integers
from sources.simulated_shop.settings import SimulatorSettings
from sources.simulated_shop.streams import stream
from sources.simulated_shop.users import Users

CANDIDATES = 20
"""A buyer looks at this many articles (or brands) before choosing one."""
TASTE_IN_CHOICE = 1.5
"""Log-odds that one standard deviation of taste match adds to a candidate."""
FOLLOW_DAYS = 180
ROWS_AT_ONCE = 200_000
BUYING_SKEW = 1.0
"""Standard deviation of the logarithm of a user's expected number of orders."""


@dataclasses.dataclass(frozen=True)
class Choices:
    """Rows of (user, chosen, time), ordered by time.

    Attributes:
        user: Index of the user [rows].
        chosen: Index of the article bought or the brand followed [rows].
        time: Microseconds [rows].
    """

    user: Integers
    chosen: Integers
    time: Integers


def make_orders(settings: SimulatorSettings, catalogue: Catalogue, users: Users) -> Choices:
    """Draws the orders of `order_days` before the first day and of every day of the logs."""
    generator = stream(settings.seed, "orders")
    first = settings.start - settings.order_days * DAY
    return _choices(
        generator,
        users.taste,
        catalogue.article_styles,
        catalogue.article_popularity,
        since=numpy.maximum(users.buys_since, first),
        until=settings.end,
        longest=settings.end - first,
        expected=settings.orders_per_user,
    )


def make_follows(settings: SimulatorSettings, catalogue: Catalogue, users: Users) -> Choices:
    """Draws which brands users follow since when; nobody follows before joining, nobody follows a brand twice."""
    generator = stream(settings.seed, "follows")
    first = settings.start - FOLLOW_DAYS * DAY
    choices = _choices(
        generator,
        users.taste,
        catalogue.brand_styles,
        catalogue.brand_popularity,
        since=numpy.where(users.joined_at < settings.start, first, users.joined_at),
        until=settings.end,
        longest=settings.end - first,
        expected=settings.follows_per_user,
    )
    _, once = numpy.unique(choices.user * settings.brands + choices.chosen, return_index=True)
    once = numpy.sort(once)
    return Choices(choices.user[once], choices.chosen[once], choices.time[once])


def _choices(
    generator: numpy.random.Generator,
    taste: Floats,
    styles: Floats,
    popularity: Floats,
    *,
    since: Integers,
    until: int,
    longest: int,
    expected: float,
) -> Choices:
    # A lognormal of mean 1 spreads the expected number of choices: many users choose nothing, a few a lot.
    appetite = generator.lognormal(-(BUYING_SKEW**2) / 2, BUYING_SKEW, len(taste))
    counts = generator.poisson(expected * appetite * (until - since) / longest)
    user = numpy.repeat(numpy.arange(len(taste)), counts)
    time = since[user] + (generator.random(len(user)) * (until - since[user])).astype(numpy.int64)
    parts = [
        _choose(generator, taste[user[first : first + ROWS_AT_ONCE]], styles, popularity)
        for first in range(0, len(user), ROWS_AT_ONCE)
    ]
    chosen = numpy.concatenate([*parts, numpy.zeros(0, dtype=numpy.int64)])
    order = numpy.lexsort((chosen, user, time))
    return Choices(user[order], chosen[order], time[order])


def _choose(
    generator: numpy.random.Generator,
    taste: Floats,
    styles: Floats,
    popularity: Floats,
) -> Integers:
    # A draw from the softmax over the candidates, by adding Gumbel noise and taking the largest.
    candidates = numpy.searchsorted(numpy.cumsum(popularity), generator.random((len(taste), CANDIDATES)))
    candidates = numpy.minimum(candidates, len(popularity) - 1)
    appeal = generator.gumbel(size=candidates.shape)  # [rows, candidates]
    for column in range(CANDIDATES):
        match = numpy.einsum("rd,rd->r", taste, styles[candidates[:, column]]) / numpy.sqrt(STYLE_SIZE)
        appeal[:, column] += TASTE_IN_CHOICE * match
    chosen: Integers = candidates[numpy.arange(len(taste)), appeal.argmax(axis=1)]
    return chosen
