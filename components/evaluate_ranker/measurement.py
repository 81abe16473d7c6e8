"""All metrics of one ranker on some of the test rows, and the same metrics as functions of resampled users."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy

from components.evaluate_ranker import metrics
from components.evaluate_ranker.bootstrap import Statistic, mean_value, pooled_auc
from components.evaluate_ranker.calibration_statistics import calibration_error, predicted_over_observed
from components.evaluate_ranker.metrics import BoolArray, FloatArray
from components.evaluate_ranker.record_columns import RecordColumns
from components.evaluate_ranker.request_metrics import request_auc, request_metrics


@dataclasses.dataclass(frozen=True)
class Measurement:
    """One ranker on one part of the rows.

    Attributes:
        metrics: Means over seeds by name; NaN where undefined.
        statistics: The metrics that a bootstrap can repeat, also as means over seeds.
    """

    metrics: dict[str, float]
    statistics: dict[str, Statistic]


def measure(probabilities: FloatArray, columns: RecordColumns, mask: BoolArray, bins: int) -> Measurement:
    """Every metric of one ranker.

    Args:
        probabilities: Predicted click probabilities [seeds, rows].
        columns: The test rows.
        mask: Which rows to measure [rows].
        bins: Bins of the calibration error.
    """
    parts = [_measure_seed(scores[mask], columns, mask, bins) for scores in probabilities]
    return _mean_over_seeds(parts)


def measure_order(scores: FloatArray, columns: RecordColumns, mask: BoolArray) -> Measurement:
    """ROC-AUC alone, pooled and per request: for scores that are no probabilities and for fixed positions.

    Args:
        scores: Any increasing score [seeds, rows].
        columns: The test rows.
        mask: Which rows to measure [rows].
    """
    return _mean_over_seeds([_measure_seed_order(of_seed[mask], columns, mask) for of_seed in scores])


def measure_request_auc(scores: FloatArray, columns: RecordColumns, mask: BoolArray) -> Measurement:
    """The mean ROC-AUC per request alone, which a bootstrap repeats at next to no cost: for many slices.

    Args:
        scores: Any increasing score [seeds, rows].
        columns: The test rows.
        mask: Which rows to measure [rows].
    """
    parts = []
    for of_seed in scores:
        by_request = request_auc(of_seed[mask], columns.clicked[mask], columns.requests[mask], columns.request_count)
        statistic = mean_value(by_request, columns.request_users, columns.user_count)
        parts.append(Measurement({"auc_per_request": mean_of_known(by_request)}, {"auc_per_request": statistic}))
    return _mean_over_seeds(parts)


def _measure_seed(probabilities: FloatArray, columns: RecordColumns, mask: BoolArray, bins: int) -> Measurement:
    clicked = columns.clicked[mask]
    by_request = request_metrics(probabilities, clicked, columns.requests[mask], columns.request_count)
    loss = metrics.row_log_loss(probabilities, clicked)
    request_values = {
        "auc_per_request": by_request.auc,
        "ndcg_at_10": by_request.ndcg,
        "mrr": by_request.reciprocal_rank,
        "map": by_request.average_precision,
    }
    values = {
        "auc": metrics.roc_auc(probabilities, clicked),
        **{name: mean_of_known(of_requests) for name, of_requests in request_values.items()},
        "log_loss": mean_of_known(loss),
        "ece": metrics.calibration_bins(probabilities, clicked, bins).expected_calibration_error,
        "predicted_over_observed": metrics.predicted_over_observed(probabilities, clicked),
    }
    users, user_count = columns.users[mask], columns.user_count
    statistics = {
        "auc": pooled_auc(probabilities, clicked, users, user_count),
        **{
            name: mean_value(of_requests, columns.request_users, user_count)
            for name, of_requests in request_values.items()
        },
        "log_loss": mean_value(loss, users, user_count),
        "ece": calibration_error(probabilities, clicked, bins, users, user_count),
        "predicted_over_observed": predicted_over_observed(probabilities, clicked, users, user_count),
    }
    return Measurement(values, statistics)


def _measure_seed_order(scores: FloatArray, columns: RecordColumns, mask: BoolArray) -> Measurement:
    clicked, users = columns.clicked[mask], columns.users[mask]
    by_request = request_auc(scores, clicked, columns.requests[mask], columns.request_count)
    return Measurement(
        {"auc": metrics.roc_auc(scores, clicked), "auc_per_request": mean_of_known(by_request)},
        {
            "auc": pooled_auc(scores, clicked, users, columns.user_count),
            "auc_per_request": mean_value(by_request, columns.request_users, columns.user_count),
        },
    )


def _mean_over_seeds(parts: Sequence[Measurement]) -> Measurement:
    names = parts[0].metrics
    return Measurement(
        {name: float(numpy.mean([part.metrics[name] for part in parts])) for name in names},
        {name: _mean_statistic([part.statistics[name] for part in parts]) for name in parts[0].statistics},
    )


def _mean_statistic(statistics: Sequence[Statistic]) -> Statistic:
    def statistic(weights: FloatArray) -> FloatArray:
        values: FloatArray = numpy.mean([of_seed(weights) for of_seed in statistics], axis=0)
        return values

    return statistic


def mean_of_known(values: FloatArray) -> float:
    """The mean of the values that are not NaN; NaN where there is none."""
    known = values[~numpy.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")
