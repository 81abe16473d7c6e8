"""From kept scores to the figures of the table: each day, and the mean over days, with intervals over users."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy

from components.evaluate_ranker.bootstrap import resample
from components.evaluate_ranker.comparison import ORDER_METRICS, RANKERS
from components.evaluate_ranker.measurement import Measurement, measure, measure_order
from components.evaluate_ranker.settings import EvaluationSettings
from orchestration.rolling.estimates import Estimate, mean_of
from orchestration.rolling.kept_scores import KeptScores
from orchestration.rolling.pooled_rows import ALL_ROWS, PooledRows, pool_rows
from orchestration.rolling.told_estimates import Estimates, told_estimates

Part = tuple[str, str, str]
"""Day, slice and refresh."""


def measure_days(days: Mapping[str, Sequence[KeptScores]], settings: EvaluationSettings) -> dict[str, Any]:
    """Measures everything that the table shows.

    Every figure is a mean over seeds; every interval rests on the same resampled users, drawn once for all days.

    Args:
        days: By day, the scores of each seed.
        settings: Resamples, level, smallest number of clicks of a slice.

    Returns:
        `mean`: the figures of told_estimates as means over the days; `days`: by day the same, with `requests`, `users`,
        `candidates` and `clicks`.
    """
    rows = pool_rows(days, settings.slot_bands)
    measured = _measurements(rows, settings)
    draws = resample(
        {
            f"{part}{who}{metric}": measurement.statistics[metric]
            for part, of_part in measured.items()
            for who, measurement in of_part.items()
            for metric in ORDER_METRICS
        },
        rows.columns.user_count,
        settings.resamples,
        settings.seed,
        progress=True,
    )
    estimates: dict[Part, Estimates] = {
        part: {
            (who, metric): Estimate(measurement.metrics[metric], draws[f"{part}{who}{metric}"])
            for who, measurement in of_part.items()
            for metric in ORDER_METRICS
        }
        for part, of_part in measured.items()
    }
    refreshes = list(rows.scores)
    slices = sorted({name for masks in rows.masks.values() for name in masks} - {ALL_ROWS})
    result: dict[str, Any] = {"days": {}}
    for day, masks in rows.masks.items():
        of_day = {(name, refresh): part for (own, name, refresh), part in estimates.items() if own == day}
        told = told_estimates(of_day, refreshes, slices, settings.level)
        for refresh in refreshes:
            for who, measurement in measured[day, ALL_ROWS, refresh].items():
                told[refresh]["rankers"][who] |= measurement.metrics
        everything = masks[ALL_ROWS]
        result["days"][day] = {
            "requests": len(numpy.unique(rows.columns.requests[everything])),
            "users": len(numpy.unique(rows.columns.users[everything])),
            "candidates": int(everything.sum()),
            "clicks": int(rows.columns.clicked[everything].sum()),
            "refreshes": told,
        }
    result["mean"] = told_estimates(_means(estimates, list(rows.masks)), refreshes, slices, settings.level)
    return result


def _measurements(rows: PooledRows, settings: EvaluationSettings) -> dict[Part, dict[str, Measurement]]:
    """Everybody on all rows; on slices with enough clicks, the two rankers."""
    found: dict[Part, dict[str, Measurement]] = {}
    for day, masks in rows.masks.items():
        for refresh, scores in rows.scores.items():
            everything = masks[ALL_ROWS]
            found[day, ALL_ROWS, refresh] = {
                who: measure(of_who, rows.columns, everything, settings.calibration_bins)
                if who in RANKERS
                else measure_order(of_who, rows.columns, everything)
                for who, of_who in scores.items()
            }
            for name, mask in masks.items():
                if name != ALL_ROWS and int(rows.columns.clicked[mask].sum()) >= settings.minimum_slice_clicks:
                    found[day, name, refresh] = {who: measure_order(scores[who], rows.columns, mask) for who in RANKERS}
    return found


def _means(estimates: Mapping[Part, Estimates], days: Sequence[str]) -> dict[tuple[str, str], Estimates]:
    """Over the days on which a slice has enough clicks."""
    parts = {(name, refresh) for _, name, refresh in estimates}
    result: dict[tuple[str, str], Estimates] = {}
    for name, refresh in sorted(parts):
        of_days = [estimates[day, name, refresh] for day in days if (day, name, refresh) in estimates]
        result[name, refresh] = {key: mean_of([of_day[key] for of_day in of_days]) for key in of_days[0]}
    return result
