"""Calibration as functions of resampled users, for the bootstrap."""

from __future__ import annotations

import numpy

from components.evaluate_ranker.bootstrap import Statistic, summing_matrix
from components.evaluate_ranker.metrics import BoolArray, FloatArray, IntArray, bins_of_equal_mass


def predicted_over_observed(
    probabilities: FloatArray, clicked: BoolArray, users: IntArray, user_count: int
) -> Statistic:
    """Predicted clicks divided by clicks.

    Args:
        probabilities: Predicted click probabilities [rows].
        clicked: Labels [rows].
        users: Index of each row's user [rows].
        user_count: How many users the weights are for.
    """
    predicted = numpy.bincount(users, probabilities, minlength=user_count)
    observed = numpy.bincount(users, clicked, minlength=user_count)

    def statistic(weights: FloatArray) -> FloatArray:
        clicks = observed @ weights
        return numpy.where(clicks > 0, (predicted @ weights) / numpy.where(clicks > 0, clicks, 1), numpy.nan)

    return statistic


def calibration_error(
    probabilities: FloatArray, clicked: BoolArray, bins: int, users: IntArray, user_count: int
) -> Statistic:
    """The expected calibration error in the bins of all rows, which stay the same in every resample.

    An absolute gap cannot average out: its interval lies higher than that of an unbiased metric.

    Args:
        probabilities: Predicted click probabilities [rows], at least one row.
        clicked: Labels [rows].
        bins: Bins of equal mass.
        users: Index of each row's user [rows].
        user_count: How many users the weights are for.
    """
    cells = bins_of_equal_mass(probabilities, bins)
    gaps = summing_matrix(cells, users, bins, user_count, probabilities - clicked)  # [bins, users]
    rows = numpy.bincount(users, minlength=user_count).astype(numpy.float64)

    def statistic(weights: FloatArray) -> FloatArray:
        total = rows @ weights
        gap = numpy.abs(gaps @ weights).sum(axis=0)  # [resamples]
        return numpy.where(total > 0, gap / numpy.where(total > 0, total, 1), numpy.nan)

    return statistic
