"""Runs are the slices of the array, whether copied or gathered."""

from __future__ import annotations

import hypothesis
import hypothesis.strategies as strategies
import numpy
import pytest

from components.build_graph.runs import LONG_RUN, Runs

VALUES = numpy.random.default_rng(0).integers(0, 10**6, 4 * LONG_RUN)


@pytest.mark.parametrize("longest", [3, 4 * LONG_RUN])
@hypothesis.given(strategies.data())
def test_equals_the_slices(longest: int, data: strategies.DataObject) -> None:
    lengths = data.draw(strategies.lists(strategies.integers(0, longest), max_size=8))
    starts = [data.draw(strategies.integers(0, len(VALUES) - length)) for length in lengths]
    expected = [
        value for start, length in zip(starts, lengths, strict=True) for value in VALUES[start : start + length]
    ]
    found = Runs(numpy.array(starts, numpy.int64), numpy.array(lengths, numpy.int64)).of(VALUES)
    assert found.tolist() == expected
    assert found.dtype == VALUES.dtype
