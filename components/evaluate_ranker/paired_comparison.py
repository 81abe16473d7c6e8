"""Differences between measurements, with intervals from the same resampled users."""

from __future__ import annotations

from collections.abc import Mapping

from components.evaluate_ranker.bootstrap import interval, resample
from components.evaluate_ranker.measurement import Measurement
from components.evaluate_ranker.settings import EvaluationSettings

Key = tuple[str, str]
"""Part of the rows, and who was measured on it."""

Difference = dict[str, float]
"""`value`, `low` and `high`."""


class PairedComparison:
    """Bootstraps all measurements at once and compares any two on the same part of the rows.

    Args:
        measured: Measurements by part and name.
        user_count: Users of the test.
        settings: Resamples, level and seed.
    """

    def __init__(self, measured: Mapping[Key, Measurement], user_count: int, settings: EvaluationSettings) -> None:
        self.measured = measured
        self._level = settings.level
        statistics = {
            f"{part}/{who}/{metric}": statistic
            for (part, who), measurement in measured.items()
            for metric, statistic in measurement.statistics.items()
        }
        self._draws = resample(statistics, user_count, settings.resamples, settings.seed, progress=True)

    def difference(self, part: str, one: str, other: str, metric: str, scale: float = 100.0) -> Difference:
        """How far `one` lies above `other`.

        Args:
            part: Part of the rows.
            one: Who is compared.
            other: With whom.
            metric: A metric that both have.
            scale: 100 for percentage points, 1 for the metric's own unit.
        """
        value = self.measured[part, one].metrics[metric] - self.measured[part, other].metrics[metric]
        draws = self._draws[f"{part}/{one}/{metric}"] - self._draws[f"{part}/{other}/{metric}"]
        low, high = interval(scale * draws, self._level)
        return {"value": scale * value, "low": low, "high": high}

    def relative_difference(self, part: str, one: str, other: str, metric: str) -> Difference:
        """How far `one` lies above `other`, in percent of `other`.

        Args:
            part: Part of the rows.
            one: Who is compared.
            other: With whom.
            metric: A metric that both have, above 0.
        """
        value = self.measured[part, one].metrics[metric] / self.measured[part, other].metrics[metric]
        draws = self._draws[f"{part}/{one}/{metric}"] / self._draws[f"{part}/{other}/{metric}"]
        low, high = interval(100 * (draws - 1), self._level)
        return {"value": 100 * (value - 1), "low": low, "high": high}

    def interval(self, part: str, who: str, metric: str) -> dict[str, float]:
        """The interval of one metric itself: `low` and `high`."""
        low, high = interval(self._draws[f"{part}/{who}/{metric}"], self._level)
        return {"low": low, "high": high}
