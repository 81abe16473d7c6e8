"""Both rankers on all rows and on every slice: metrics, lifts with paired intervals, as plain values for the report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy

from components.evaluate_ranker.measurement import Measurement, measure, measure_order
from components.evaluate_ranker.metrics import BoolArray, FloatArray
from components.evaluate_ranker.paired_comparison import Key, PairedComparison
from components.evaluate_ranker.predictions import Predictions
from components.evaluate_ranker.record_columns import RecordColumns
from components.evaluate_ranker.settings import EvaluationSettings

WITHOUT, WITH = "without_graph", "with_graph"
RANKERS = (WITHOUT, WITH)
FIXED, PUSHED, POPULARITY = "/fixed", "pushed", "popularity"
ALL_ROWS = "all"

SHARE_METRICS = ("auc", "auc_per_request", "ndcg_at_10", "mrr", "map")
"""Metrics between 0 and 1, whose lift is told in percentage points."""
ORDER_METRICS = ("auc", "auc_per_request")
"""Metrics of any score, also of one that is no probability."""
ALL_METRICS = (*SHARE_METRICS, "log_loss", "ece", "predicted_over_observed")
"""Every metric of a ranker; each is told with its interval."""


def compare(
    columns: RecordColumns,
    predictions: Mapping[str, Predictions],
    slices: Mapping[str, BoolArray],
    popularity: FloatArray,
    settings: EvaluationSettings,
) -> dict[str, Any]:
    """Compares the rankers; every interval rests on the same resampled users.

    Args:
        columns: The test rows.
        predictions: By ranker, WITHOUT and WITH.
        slices: Masks by name.
        popularity: The score that the challenger must beat [rows].
        settings: Resamples, level and the like.

    Returns:
        `rankers`, `lift`, `difference`, `candidates`, `clicks`, `popularity`, `pushed_seed` and `slices` of the report.
        What has too few clicks is None, a single undefined value NaN.
    """
    parts = {ALL_ROWS: numpy.ones(len(columns.clicked), numpy.bool_), **slices}
    clicks = {name: int(columns.clicked[mask].sum()) for name, mask in parts.items()}
    measured: dict[Key, Measurement] = {}
    for name, mask in parts.items():
        if clicks[name] >= settings.minimum_slice_clicks:
            for ranker in RANKERS:
                measured[name, ranker] = measure(predictions[ranker].logged, columns, mask, settings.calibration_bins)
    if (ALL_ROWS, WITH) in measured:
        everything, bins = parts[ALL_ROWS], settings.calibration_bins
        for ranker in RANKERS:
            measured[ALL_ROWS, ranker + FIXED] = measure_order(predictions[ranker].fixed, columns, everything)
        measured[ALL_ROWS, PUSHED] = measure(predictions[WITH].logged[:1], columns, everything, bins)
        measured[ALL_ROWS, POPULARITY] = measure_order(popularity[None, :], columns, everything)
    comparison = PairedComparison(measured, columns.user_count, settings)
    told = {
        name: {**_part_values(name, comparison), "candidates": int(mask.sum()), "clicks": clicks[name]}
        for name, mask in parts.items()
    }
    overall = told.pop(ALL_ROWS)
    _add_fixed_position(overall, comparison)
    return {**overall, **_against_popularity(comparison), "slices": told}


def _part_values(part: str, comparison: PairedComparison) -> dict[str, Any]:
    """`rankers`, `lift` and `difference` of one part of the rows; None where it holds too few clicks."""
    if (part, WITH) not in comparison.measured:
        return {"rankers": None, "lift": None, "difference": None}
    rankers = {
        ranker: {
            **comparison.measured[part, ranker].metrics,
            "intervals": {metric: comparison.interval(part, ranker, metric) for metric in ALL_METRICS},
        }
        for ranker in RANKERS
    }
    return {
        "rankers": rankers,
        "lift": {metric: comparison.difference(part, WITH, WITHOUT, metric) for metric in SHARE_METRICS},
        "difference": {"log_loss": comparison.difference(part, WITH, WITHOUT, "log_loss", scale=1)},
    }


def _add_fixed_position(overall: dict[str, Any], comparison: PairedComparison) -> None:
    """Adds metrics and lift with slot and slate size fixed, where there are any."""
    if overall["rankers"] is None:
        return
    for ranker in RANKERS:
        overall["rankers"][ranker]["fixed_position"] = comparison.measured[ALL_ROWS, ranker + FIXED].metrics
    overall["lift"]["fixed_position"] = {
        metric: comparison.difference(ALL_ROWS, WITH + FIXED, WITHOUT + FIXED, metric) for metric in ORDER_METRICS
    }


def _against_popularity(comparison: PairedComparison) -> dict[str, Any]:
    """Popularity's own metrics, and the lift over them of the seed that would be pushed."""
    if (ALL_ROWS, POPULARITY) not in comparison.measured:
        return {"popularity": None, "pushed_seed": None}
    lift = {metric: comparison.difference(ALL_ROWS, PUSHED, POPULARITY, metric) for metric in ORDER_METRICS}
    return {
        "popularity": comparison.measured[ALL_ROWS, POPULARITY].metrics,
        "pushed_seed": {**comparison.measured[ALL_ROWS, PUSHED].metrics, "lift_over_popularity": lift},
    }
