"""Settings of the evaluation and of the verdict."""

from __future__ import annotations

import pydantic

from schemas.settings import Settings


class EvaluationSettings(Settings):
    """How the rankers are compared and what the challenger must reach.

    Attributes:
        resamples: Bootstrap resamples of the users.
        level: Confidence level of every interval.
        seed: Of the resamples.
        calibration_bins: Bins of equal mass of the expected calibration error.
        slot_bands: First slots of the bands after the first: (4, 10, 20) makes 0-3, 4-9, 10-19 and 20 onwards.
        minimum_slice_clicks: A slice with fewer clicks gets no metric.
        minimum_clicks: The verdict needs at least so many clicks to tell one ranker from another.
        calibration_low: Smallest predicted / observed clicks of a blessed ranker.
        calibration_high: Largest predicted / observed clicks of a blessed ranker.
        graph_tolerance: Percentage points by which the ranker with the graph may lie below the one without.
    """

    resamples: int = pydantic.Field(default=1000, ge=10)
    level: float = pydantic.Field(default=0.95, gt=0, lt=1)
    seed: int = 1
    calibration_bins: int = pydantic.Field(default=20, ge=2)
    slot_bands: tuple[int, ...] = (4, 10, 20)
    minimum_slice_clicks: int = pydantic.Field(default=30, ge=1)
    minimum_clicks: int = pydantic.Field(default=400, ge=0)
    calibration_low: float = 0.9
    calibration_high: float = 1.1
    graph_tolerance: float = pydantic.Field(default=0.5, ge=0)
