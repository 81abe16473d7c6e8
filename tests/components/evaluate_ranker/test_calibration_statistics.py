"""The bootstrap's calibration is that of the rows that a resample holds."""

from __future__ import annotations

import numpy
import pytest

from components.evaluate_ranker import calibration_statistics, metrics
from tests.components.evaluate_ranker.synthetic_rows import rows_of


def test_a_resample_is_calibrated_as_its_rows_are() -> None:
    """Each user's rows are repeated as often as it was drawn."""
    rows = rows_of(requests=200, users=25)
    scores, clicked, users = rows.noisy(0.5), rows.columns.clicked, rows.columns.users
    weights = numpy.random.default_rng(0).integers(0, 3, (rows.columns.user_count, 4)).astype(numpy.float64)
    ratio = calibration_statistics.predicted_over_observed(scores, clicked, users, len(weights))(weights)
    error = calibration_statistics.calibration_error(scores, clicked, 10, users, len(weights))(weights)
    bins = metrics.bins_of_equal_mass(scores, 10)
    for column in range(4):
        repeated = numpy.repeat(numpy.arange(len(users)), weights[users, column].astype(numpy.int64))
        assert ratio[column] == pytest.approx(scores[repeated].sum() / clicked[repeated].sum(), rel=1e-6)
        gaps = [(scores - clicked)[repeated][bins[repeated] == number].sum() for number in range(10)]
        assert error[column] == pytest.approx(numpy.abs(gaps).sum() / len(repeated), rel=1e-6)


def test_with_every_user_once_it_is_the_metric_itself() -> None:
    rows = rows_of(requests=200, users=25)
    scores, columns = rows.noisy(0.5), rows.columns
    once = numpy.ones((columns.user_count, 1))
    error = calibration_statistics.calibration_error(scores, columns.clicked, 20, columns.users, len(once))(once)
    expected = metrics.calibration_bins(scores, columns.clicked, 20).expected_calibration_error
    assert error == pytest.approx([expected], rel=1e-6)
    ratio = calibration_statistics.predicted_over_observed(scores, columns.clicked, columns.users, len(once))(once)
    assert ratio == pytest.approx([metrics.predicted_over_observed(scores, columns.clicked)], rel=1e-6)


def test_a_resample_without_a_click_is_undefined() -> None:
    rows = rows_of(requests=5, users=3)
    nothing = numpy.zeros((rows.columns.user_count, 1))
    silent = numpy.zeros(len(rows.truth), numpy.bool_)
    ratio = calibration_statistics.predicted_over_observed(rows.truth, silent, rows.columns.users, len(nothing))
    assert numpy.isnan(ratio(nothing + 1)).all()
    error = calibration_statistics.calibration_error(rows.truth, silent, 5, rows.columns.users, len(nothing))
    assert numpy.isnan(error(nothing)).all()
