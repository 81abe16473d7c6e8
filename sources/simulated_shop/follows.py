"""Which user follows which brand since when."""

from __future__ import annotations

import numpy

from sources.simulated_shop.impressions import Integers
from sources.simulated_shop.purchases import Choices
from sources.simulated_shop.settings import SimulatorSettings

NEVER = numpy.iinfo(numpy.int64).max


class FollowedBrands:
    """Answers since when users follow brands."""

    def __init__(self, settings: SimulatorSettings, follows: Choices) -> None:
        self._brands = settings.brands
        keys = follows.user * settings.brands + follows.chosen
        order = numpy.argsort(keys)
        # A sentinel at the end keeps every search in bounds.
        self._keys = numpy.append(keys[order], NEVER)
        self._times = numpy.append(follows.time[order], NEVER)

    def since(self, user: Integers, brands: Integers) -> Integers:
        """When the user began to follow the first of the brands; NEVER where none.

        Args:
            user: [rows].
            brands: -1 where there is none [rows, brands].
        """
        keys = user[:, None] * self._brands + brands
        found = numpy.searchsorted(self._keys, keys)
        times = numpy.where((self._keys[found] == keys) & (brands >= 0), self._times[found], NEVER)
        first: Integers = times.min(axis=1)
        return first
