"""Orders links so that the links of one request stay together: thinned, and chosen whole."""

from __future__ import annotations

import dataclasses

import numpy

from components.train_gnn.supervision import Links
from schemas.graph_artifact import FloatArray, IntArray


@dataclasses.dataclass(frozen=True)
class Slates:
    """Links by request.

    Attributes:
        position: Which of the links, request after request [kept].
        size: How many of each request [slates].
    """

    position: IntArray
    size: IntArray

    @property
    def start(self) -> IntArray:
        """Where each request starts in `position` [slates]."""
        return numpy.cumsum(self.size, dtype=numpy.int64) - self.size

    def select(self, chosen: IntArray) -> Slates:
        """The requests of these numbers, in this order; repeats are requests of their own."""
        size = self.size[chosen]
        begin = numpy.cumsum(size) - size
        within = numpy.arange(int(size.sum())) - numpy.repeat(begin, size)
        return Slates(self.position[numpy.repeat(self.start[chosen], size) + within], size)


def slate_numbers(links: Links) -> IntArray:
    """Numbers requests: links of the same user and time share one [links]."""
    times, time = numpy.unique(links.time, return_inverse=True)
    _, number = numpy.unique(links.user * len(times) + time, return_inverse=True)
    result: IntArray = number.astype(numpy.int64)
    return result


def thin_slates(
    links: Links, negatives_per_click: int, needs_unclicked: bool, generator: numpy.random.Generator
) -> Slates:
    """Keeps of each request the clicked links and, drawn at random, so many times as many unclicked ones.

    Args:
        links: Links, in any order.
        negatives_per_click: Unclicked links for each clicked one of the request; 0 keeps all.
        needs_unclicked: Whether requests without an unclicked link go, as those without a clicked one do.
        generator: Source of randomness.
    """
    slate = slate_numbers(links)
    slates = int(slate.max(initial=-1)) + 1
    clicks = numpy.bincount(slate, weights=links.label > 0, minlength=slates).astype(numpy.int64)
    shown = numpy.bincount(slate, minlength=slates)
    wanted = shown if negatives_per_click == 0 else numpy.minimum(shown, clicks * (1 + negatives_per_click))
    wanted = numpy.where((clicks > 0) & ((shown > clicks) | (not needs_unclicked)), wanted, 0)
    # Clicked links first, the others in random order: the wanted ones are the first of each request.
    order = numpy.lexsort((generator.random(len(links)), links.label == 0, slate))
    place = numpy.arange(len(links)) - numpy.repeat(numpy.cumsum(shown) - shown, shown)
    kept = place < wanted[slate[order]]
    return Slates(order[kept], wanted[wanted > 0])


def copies(factor: FloatArray, generator: numpy.random.Generator) -> IntArray:
    """Whole numbers whose expectations are the factors: rounded down, and up by chance."""
    whole = numpy.floor(factor)
    result: IntArray = (whole + (generator.random(len(factor)) < factor - whole)).astype(numpy.int64)
    return result
