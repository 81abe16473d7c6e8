"""Pooled metrics agree with scikit-learn, with hand computation, and say NaN where nothing can be told."""

from __future__ import annotations

import hypothesis
import hypothesis.extra.numpy as arrays
import hypothesis.strategies as strategies
import numpy
import pytest
import sklearn.metrics

from components.evaluate_ranker import metrics


@strategies.composite
def scored_rows(draw: strategies.DrawFn) -> tuple[metrics.FloatArray, metrics.BoolArray]:
    """Scores of few different values, so that ties abound, and labels of both classes."""
    size = draw(strategies.integers(2, 60))
    scores = draw(arrays.arrays(numpy.int64, size, elements=strategies.integers(0, 9)))
    clicked = draw(arrays.arrays(numpy.bool_, size))
    hypothesis.assume(clicked.any() and not clicked.all())
    return scores / 10.0, clicked


@hypothesis.given(scored_rows())
def test_roc_auc_equals_scikit_learn_with_ties(rows: tuple[metrics.FloatArray, metrics.BoolArray]) -> None:
    scores, clicked = rows
    assert metrics.roc_auc(scores, clicked) == pytest.approx(sklearn.metrics.roc_auc_score(clicked, scores))


@hypothesis.given(scored_rows())
def test_roc_auc_of_the_reversed_order_is_the_complement(
    rows: tuple[metrics.FloatArray, metrics.BoolArray],
) -> None:
    scores, clicked = rows
    assert metrics.roc_auc(scores, clicked) + metrics.roc_auc(-scores, clicked) == pytest.approx(1)


@pytest.mark.parametrize(
    "clicked", [numpy.zeros(3, numpy.bool_), numpy.ones(3, numpy.bool_), numpy.zeros(0, numpy.bool_)]
)
def test_one_class_has_no_roc_auc(clicked: metrics.BoolArray) -> None:
    assert numpy.isnan(metrics.roc_auc(numpy.arange(len(clicked)) / 10, clicked))


@hypothesis.given(scored_rows())
def test_log_loss_equals_scikit_learn(rows: tuple[metrics.FloatArray, metrics.BoolArray]) -> None:
    scores, clicked = rows
    probabilities = 0.02 + 0.96 * scores
    expected = sklearn.metrics.log_loss(clicked, probabilities)
    assert metrics.row_log_loss(probabilities, clicked).mean() == pytest.approx(expected)


def test_log_loss_of_a_certain_mistake_is_finite() -> None:
    assert numpy.isfinite(metrics.row_log_loss(numpy.array([0.0, 1.0]), numpy.array([True, False]))).all()


def test_calibration_by_hand() -> None:
    """Two bins of two rows: gaps |0.15 - 0.5| and |0.7 - 0.5|, weighted equally."""
    probabilities = numpy.array([0.1, 0.2, 0.6, 0.8])
    bins = metrics.calibration_bins(probabilities, numpy.array([True, False, True, False]), 2)
    assert bins.rows.tolist() == [2, 2]
    assert bins.predicted == pytest.approx([0.15, 0.7])
    assert bins.observed == pytest.approx([0.5, 0.5])
    assert bins.expected_calibration_error == pytest.approx((0.35 + 0.2) / 2)


def test_equal_predictions_share_a_bin() -> None:
    """A constant that equals the click rate is perfectly calibrated, whatever the order of the rows."""
    clicked = numpy.arange(100) < 30
    bins = metrics.calibration_bins(numpy.full(100, 0.3), clicked, 20)
    assert len(bins.rows) == 1
    assert bins.expected_calibration_error == pytest.approx(0)


@hypothesis.given(scored_rows(), strategies.integers(2, 30))
def test_calibration_bins_lose_no_row_and_no_click(
    rows: tuple[metrics.FloatArray, metrics.BoolArray], count: int
) -> None:
    scores, clicked = rows
    bins = metrics.calibration_bins(scores, clicked, count)
    assert bins.rows.sum() == len(scores)
    assert (bins.rows * bins.observed).sum() == pytest.approx(clicked.sum())
    assert (bins.rows * bins.predicted).sum() == pytest.approx(scores.sum())


def test_predicted_over_observed() -> None:
    assert metrics.predicted_over_observed(numpy.array([0.5, 0.7]), numpy.array([True, False])) == pytest.approx(1.2)
    assert numpy.isnan(metrics.predicted_over_observed(numpy.array([0.5]), numpy.array([False])))


@hypothesis.given(scored_rows())
def test_roc_curve_lies_on_that_of_scikit_learn(rows: tuple[metrics.FloatArray, metrics.BoolArray]) -> None:
    scores, clicked = rows
    rates, found = metrics.roc_curve(scores, clicked, 11)
    false_positives, true_positives, _ = sklearn.metrics.roc_curve(clicked, scores, drop_intermediate=False)
    assert found[1:] == pytest.approx(numpy.interp(rates, false_positives, true_positives)[1:])
