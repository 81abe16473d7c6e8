"""Quantiles of rows gathered from batches."""

from __future__ import annotations

import numpy
import tensorflow
from hypothesis import given, strategies

from components.train_ranker.spread_rows import SpreadRows


@given(strategies.lists(strategies.integers(1, 9), min_size=1, max_size=12), strategies.integers(1, 20))
def test_it_keeps_every_nth_row_wherever_batches_end(sizes: list[int], largest: int) -> None:
    rows = numpy.arange(sum(sizes), dtype=numpy.float32)[:, None]
    batches = numpy.split(rows, numpy.cumsum(sizes)[:-1])
    spread = SpreadRows(len(rows), largest)
    passed = list(spread.passing(({"numbers": tensorflow.constant(batch)} for batch in batches), "numbers"))
    assert sum(len(batch["numbers"]) for batch in passed) == len(rows)
    kept = rows[:: -(-len(rows) // largest)]
    assert len(kept) <= largest
    numpy.testing.assert_array_equal(spread.quantiles(len(kept)), kept)


def test_quantiles_are_of_each_column() -> None:
    rows = numpy.random.default_rng(0).normal(size=(1000, 2)).astype(numpy.float32) * [1, 5]
    spread = SpreadRows(len(rows))
    list(spread.passing([{"numbers": tensorflow.constant(rows)}], "numbers"))
    numpy.testing.assert_allclose(spread.quantiles(9), numpy.quantile(rows, numpy.arange(9) / 8, axis=0), rtol=1e-6)
