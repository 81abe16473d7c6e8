"""What the shop shows: recent, popular and random contents, without a look at anyone's taste."""

from __future__ import annotations

import numpy

from schemas.instants import HOUR, Instant
from sources.simulated_shop.contents import Contents
from sources.simulated_shop.impressions import Floats, Integers
from sources.simulated_shop.settings import SimulatorSettings

RECENT, POPULAR, RANDOM = range(3)
CURATED_SLOTS = 8
"""In the first slots the shop does not explore."""
SPARE_DRAWS = 1.5
"""Draws for each slot; repeats of a content in a request are dropped."""


def draw_slates(
    settings: SimulatorSettings,
    contents: Contents,
    instant: Instant,
    lengths: Integers,
    generator: numpy.random.Generator,
) -> Integers:
    """Fills the slots of requests from the lists that the shop made at one instant.

    Args:
        settings: The shop.
        contents: All contents; only those published at or before the instant and not expired are shown.
        instant: When the lists were made.
        lengths: Slots of each request [requests].
        generator: Source of randomness.

    Returns:
        Content of each slot, -1 past the end of a slate; contents differ within a row [requests, slots].
    """
    alive = numpy.flatnonzero((contents.published_at <= instant) & (contents.expires_at > instant))
    columns = int(settings.slots * SPARE_DRAWS) + 8
    shape = (len(lengths), columns)
    source = numpy.digitize(
        generator.random(shape),
        numpy.cumsum([settings.recent_share, 1 - settings.recent_share - settings.random_share]),
    )  # [requests, draws]
    source[:, :CURATED_SLOTS][source[:, :CURATED_SLOTS] == RANDOM] = POPULAR
    # One cumulative distribution a list, laid end to end: [0, 1) recent, [1, 2) popular, [2, 3) random.
    limits = numpy.concatenate(
        [share + number for number, share in enumerate(_lists(settings, contents, alive, instant))]
    )
    position = numpy.searchsorted(limits, source + generator.random(shape), "right")
    drawn = alive[numpy.minimum(position - source * len(alive), len(alive) - 1)]
    return _first_different(drawn, lengths, settings.slots)


def _lists(settings: SimulatorSettings, contents: Contents, alive: Integers, instant: Instant) -> list[Floats]:
    popular = numpy.exp(settings.popularity_skew * contents.merchandising[alive])
    recent = popular * (contents.published_at[alive] > instant - settings.recent_hours * HOUR)
    if not recent.any():
        recent = popular
    weights = [recent, popular, numpy.ones(len(alive))]
    return [numpy.cumsum(weight) / weight.sum() for weight in weights]


def _first_different(drawn: Integers, lengths: Integers, slots: int) -> Integers:
    order = numpy.argsort(drawn, axis=1, kind="stable")
    ordered = numpy.take_along_axis(drawn, order, axis=1)
    repeat = numpy.zeros(drawn.shape, dtype=bool)
    numpy.put_along_axis(repeat, order[:, 1:], ordered[:, 1:] == ordered[:, :-1], axis=1)
    slot = numpy.cumsum(~repeat, axis=1) - 1
    kept = ~repeat & (slot < lengths[:, None])
    slates = numpy.full((len(drawn), slots), -1)
    slates[numpy.nonzero(kept)[0], slot[kept]] = drawn[kept]
    return slates
