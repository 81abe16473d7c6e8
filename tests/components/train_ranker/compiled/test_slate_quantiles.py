"""Ranks by counting are the ranks by sorting that the network was trained on."""

from __future__ import annotations

import hypothesis
import numpy
import tensorflow
from hypothesis import strategies
from hypothesis.extra import numpy as numpy_strategies

from components.train_ranker.compiled.slate_quantiles import (
    BLOCK,
    codes_by_comparison,
    codes_by_sorting,
    codes_of_ascending,
    running_totals,
    twice_mid_ranks,
)
from components.train_ranker.slate_features import slate_rank

FEW = numpy_strategies.arrays(
    numpy.float32,
    strategies.tuples(strategies.integers(1, 3), strategies.integers(0, 80)),
    elements=strategies.sampled_from([-1.5, -0.0, 0.0, 0.25, 1e-30, 3.0, 7e30]),
)


@hypothesis.given(FEW)
@hypothesis.settings(max_examples=25, deadline=None)
def test_ranks_of_sorted_codes_are_those_of_the_slate(values: numpy.ndarray) -> None:
    columns, count = values.shape
    starts = numpy.arange(columns, dtype=numpy.int32)[:, None] * count
    twice = twice_mid_ranks(
        codes_by_sorting(tensorflow.constant(values)) + starts, tensorflow.constant(columns * count)
    )
    expected = slate_rank(tensorflow.constant(values.T), tensorflow.constant([count], tensorflow.int64))
    numpy.testing.assert_array_equal(twice.numpy().T / numpy.float32(2 * max(count, 1)), expected)


@hypothesis.given(FEW)
@hypothesis.settings(max_examples=20, deadline=None)
def test_codes_order_as_their_values_do(values: numpy.ndarray) -> None:
    row = values[0]
    for codes in (
        codes_by_sorting(tensorflow.constant(row[None]))[0],
        codes_by_comparison(tensorflow.constant(row)),
    ):
        numpy.testing.assert_array_equal(numpy.sign(numpy.subtract.outer(codes, codes)), numpy.sign(row[:, None] - row))
        assert (numpy.asarray(codes) < max(1, len(row))).all()
    ascending = numpy.sort(row)
    codes = codes_of_ascending(tensorflow.constant(ascending)).numpy()
    numpy.testing.assert_array_equal(codes, numpy.unique(ascending, return_inverse=True)[1].reshape(-1))


def test_running_totals_of_many_blocks() -> None:
    counts = numpy.random.default_rng(0).integers(0, 50, 300 * BLOCK).astype(numpy.float32)
    numpy.testing.assert_array_equal(running_totals(tensorflow.constant(counts)), numpy.cumsum(counts))
