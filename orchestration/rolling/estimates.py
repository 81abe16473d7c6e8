"""Values with their bootstrap draws, and how far two of them can be told apart."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence

import numpy

from components.evaluate_ranker.bootstrap import interval
from components.evaluate_ranker.metrics import FloatArray


@dataclasses.dataclass(frozen=True)
class Estimate:
    """A metric or a difference of metrics.

    Attributes:
        value: On all users.
        draws: On resampled users; the same resamples for every estimate [resamples].
    """

    value: float
    draws: FloatArray

    def minus(self, other: Estimate, scale: float = 100.0) -> Estimate:
        """How far it lies above another one, by default in percentage points."""
        return Estimate(scale * (self.value - other.value), scale * (self.draws - other.draws))

    def told(self, level: float) -> dict[str, float]:
        """`value`, `low` and `high` of the percentile interval."""
        low, high = interval(self.draws, level)
        return {"value": self.value, "low": low, "high": high}

    @property
    def chance(self) -> float:
        """Two-sided p-value of a true value of 0, from the normal distribution with the draws' standard deviation.

        The count of draws beyond 0 would be a multiple of 1 / resamples, too coarse to correct for many slices.
        """
        spread = float(numpy.nanstd(self.draws))
        return math.erfc(abs(self.value) / spread / math.sqrt(2)) if spread > 0 else math.nan


def mean_of(estimates: Sequence[Estimate]) -> Estimate:
    """The mean of estimates from the same resamples, such as one a day."""
    values = [estimate.value for estimate in estimates]
    draws: FloatArray = numpy.mean([estimate.draws for estimate in estimates], axis=0)
    return Estimate(float(numpy.mean(values)), draws)


def holm(chances: Mapping[str, float]) -> dict[str, float]:
    """P-values corrected for their number: the chance that any of the true hypotheses shows one as small.

    Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6, 1979.

    Args:
        chances: P-values by name; NaN is left out of the count and stays NaN.

    Returns:
        Corrected p-values by name: below 0.05, the hypothesis is rejected at a family-wise level of 5 %.
    """
    known = sorted((chance, name) for name, chance in chances.items() if not math.isnan(chance))
    corrected = dict(chances)
    largest = 0.0
    for position, (chance, name) in enumerate(known):
        largest = max(largest, min(1.0, chance * (len(known) - position)))
        corrected[name] = largest
    return corrected
