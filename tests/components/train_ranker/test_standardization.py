"""Standardization by the training split's moments."""

from __future__ import annotations

import numpy
import tensorflow

from components.train_ranker.moments import column_moments
from components.train_ranker.standardization import LARGEST, CategoryCentering, Standardization


def test_moments_over_batches_equal_those_over_all_rows() -> None:
    rows = numpy.random.default_rng(0).normal(100, 3, (1000, 2)).astype(numpy.float32)
    parts = [{"numbers": tensorflow.constant(part)} for part in numpy.split(rows, [10, 500, 501])]
    mean, variance = column_moments(parts)["numbers"]
    numpy.testing.assert_allclose(mean, rows.astype(numpy.float64).mean(axis=0), rtol=1e-9)
    numpy.testing.assert_allclose(variance, rows.astype(numpy.float64).var(axis=0), rtol=1e-6)


def test_columns_come_out_with_mean_0_and_variance_1_and_outliers_are_cut_off() -> None:
    rows = numpy.random.default_rng(0).normal(100, 3, (1000, 1)).astype(numpy.float32)
    layer = Standardization()
    layer(rows)
    layer.set_moments(rows.astype(numpy.float64).mean(axis=0), rows.astype(numpy.float64).var(axis=0))
    standardized = layer(rows).numpy()
    assert abs(standardized.mean()) < 1e-3
    assert abs(standardized.std() - 1) < 1e-3
    assert layer(numpy.array([[1e9]], numpy.float32)).numpy() == LARGEST


def test_a_column_that_never_varied_in_training_is_off_whatever_serving_sends() -> None:
    layer = Standardization()
    layer(numpy.zeros((1, 1), numpy.float32))
    layer.set_moments(numpy.array([0.1]), numpy.array([0.0]))
    numpy.testing.assert_array_equal(layer(numpy.array([[0.1], [0.1000001], [50.0]], numpy.float32)), 0)


def test_a_category_that_training_never_saw_counts_as_the_average() -> None:
    layer = CategoryCentering()
    layer(numpy.eye(3, dtype=numpy.float32))
    layer.set_moments(numpy.array([0.25, 0.75, 0.0]), numpy.zeros(3))
    expected = [[0.75, -0.75, 0.0], [-0.25, 0.25, 0.0], [0.0, 0.0, 0.0]]
    numpy.testing.assert_allclose(layer(numpy.eye(3, dtype=numpy.float32)), expected)
