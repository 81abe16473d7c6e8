"""How far visitors scroll: the number of slots that a request shows."""

from __future__ import annotations

import numpy

from sources.simulated_shop.impressions import Integers

SHORTEST_SLATE = 6
MEAN_DEPTH = 22.0
"""Mean number of slots that a visitor would scroll past on a page without an end."""


def draw_slate_lengths(slots: int, requests: int, generator: numpy.random.Generator) -> Integers:
    """An exponential scroll depth beyond the first slots, cut at the end of the page [requests]."""
    depth = generator.exponential(MEAN_DEPTH - SHORTEST_SLATE, requests).astype(numpy.int64) + SHORTEST_SLATE
    return numpy.minimum(depth, slots)


def mean_slate_length(slots: int) -> float:
    """The expectation of `draw_slate_lengths`: the sum over slots of the chance to reach them."""
    beyond = numpy.arange(1, max(slots - SHORTEST_SLATE, 0) + 1)
    return float(min(SHORTEST_SLATE, slots) + numpy.exp(-beyond / (MEAN_DEPTH - SHORTEST_SLATE)).sum())
