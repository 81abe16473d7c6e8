"""Metrics of pooled predictions: ROC-AUC, log loss and calibration. The undefined is NaN here, null in reports."""

from __future__ import annotations

import dataclasses

import numpy
import numpy.typing
import scipy.stats

FloatArray = numpy.typing.NDArray[numpy.float64]
IntArray = numpy.typing.NDArray[numpy.int64]
BoolArray = numpy.typing.NDArray[numpy.bool_]

SMALLEST_PROBABILITY = 1e-7
"""Probabilities are clipped to [this, 1 - this] before a logarithm; about the resolution of float32 near 1."""


def roc_auc(scores: FloatArray, clicked: BoolArray) -> float:
    """Area under the ROC curve as the Mann-Whitney statistic; a tie counts one half.

    Mann and Whitney (1947); its identity with the area: Hanley and McNeil (1982).

    Args:
        scores: Any increasing score [rows].
        clicked: Labels [rows].

    Returns:
        The share of (clicked, not clicked) pairs in the right order; NaN where one of the classes is empty.
    """
    positives = int(clicked.sum())
    negatives = len(clicked) - positives
    if positives == 0 or negatives == 0:
        return float("nan")
    ranks = scipy.stats.rankdata(scores)
    return float((ranks[clicked].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def row_log_loss(probabilities: FloatArray, clicked: BoolArray) -> FloatArray:
    """Negative log-likelihood of each row, in nats [rows]."""
    clipped = numpy.clip(probabilities, SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY)
    return -numpy.log(numpy.where(clicked, clipped, 1 - clipped))


@dataclasses.dataclass(frozen=True)
class CalibrationBins:
    """Mean prediction and click rate in bins of equal mass; equal predictions share a bin, empty bins are left out.

    Attributes:
        rows: Rows of each bin [bins].
        predicted: Mean predicted probability [bins].
        observed: Share of clicks [bins].
    """

    rows: IntArray
    predicted: FloatArray
    observed: FloatArray

    @property
    def expected_calibration_error(self) -> float:
        """Mean absolute gap between prediction and click rate, weighted by rows.

        Naeini, Cooper and Hauskrecht, "Obtaining Well Calibrated Probabilities Using Bayesian Binning" (2015): sorted
        predictions, bins of equal mass. Bins of equal width would put a click rate of 4 % into one bin.
        """
        return float(numpy.average(numpy.abs(self.predicted - self.observed), weights=self.rows))


def calibration_bins(probabilities: FloatArray, clicked: BoolArray, bins: int) -> CalibrationBins:
    """Groups rows by predicted probability.

    Args:
        probabilities: Predicted click probabilities [rows], at least one row.
        clicked: Labels [rows].
        bins: How many bins at most.
    """
    bin_of_row = bins_of_equal_mass(probabilities, bins)
    rows = numpy.bincount(bin_of_row, minlength=bins)
    kept = rows > 0
    predicted = numpy.bincount(bin_of_row, probabilities, minlength=bins)[kept] / rows[kept]
    observed = numpy.bincount(bin_of_row, clicked, minlength=bins)[kept] / rows[kept]
    return CalibrationBins(rows[kept], predicted, observed)


def bins_of_equal_mass(probabilities: FloatArray, bins: int) -> IntArray:
    """The bin of each row [rows], in [0, bins); equal predictions share a bin.

    Args:
        probabilities: Predicted click probabilities [rows], at least one row.
        bins: How many bins at most.
    """
    edges = numpy.quantile(probabilities, numpy.linspace(0, 1, bins + 1)[1:-1])
    return numpy.searchsorted(edges, probabilities, side="right")


def predicted_over_observed(probabilities: FloatArray, clicked: BoolArray) -> float:
    """Predicted clicks divided by clicks; NaN without a click."""
    clicks = int(clicked.sum())
    return float(probabilities.sum() / clicks) if clicks else float("nan")


def roc_curve(scores: FloatArray, clicked: BoolArray, points: int = 201) -> tuple[FloatArray, FloatArray]:
    """The ROC curve at evenly spaced false-positive rates, for plotting.

    Args:
        scores: Scores [rows], both classes present.
        clicked: Labels [rows].
        points: How many points.

    Returns:
        False-positive rates [points] and true-positive rates [points], linear between thresholds.
    """
    order = numpy.argsort(-scores, kind="stable")
    last_of_tie = numpy.append(numpy.diff(scores[order]) != 0, True)
    true_positives = numpy.append(0, numpy.cumsum(clicked[order])[last_of_tie])
    false_positives = numpy.append(0, numpy.cumsum(~clicked[order])[last_of_tie])
    rates = numpy.linspace(0, 1, points)
    return rates, numpy.interp(rates, false_positives / false_positives[-1], true_positives / true_positives[-1])
