"""Rule 4 stands on this search: an edge at the very instant is not before it."""

from __future__ import annotations

import numpy
from hypothesis import given, strategies

from schemas.time_search import first_not_before


@given(
    strategies.lists(strategies.lists(strategies.integers(0, 20), max_size=12), min_size=1, max_size=8),
    strategies.data(),
)
def test_equals_searchsorted_on_every_slice(slices: list[list[int]], data: strategies.DataObject) -> None:
    instants = data.draw(strategies.lists(strategies.integers(-1, 21), min_size=len(slices), max_size=len(slices)))
    time = numpy.concatenate([numpy.sort(numpy.array(part, dtype=numpy.int64)) for part in slices])
    stop = numpy.cumsum([len(part) for part in slices])
    start = stop - [len(part) for part in slices]
    found = first_not_before(time, start, stop, numpy.array(instants))
    expected = [
        begin + numpy.searchsorted(time[begin:end], instant, side="left")
        for begin, end, instant in zip(start, stop, instants, strict=True)
    ]
    assert found.tolist() == expected
