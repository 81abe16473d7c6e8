"""Rule 4 stands on this search: an edge at the very instant is not before it."""

from __future__ import annotations

import numpy
from hypothesis import given, strategies

from components.train_gnn.sampler.slice_search import advance, guide_table, narrow

TIMES = strategies.one_of(
    strategies.lists(strategies.integers(0, 20), max_size=12),
    strategies.lists(strategies.integers(0, 10**15), min_size=65, max_size=300),  # long enough for the table
    strategies.lists(strategies.sampled_from([0, 1, 2, 3, 10**15]), min_size=65, max_size=200),  # crowded
)


@given(strategies.lists(TIMES, min_size=1, max_size=6), strategies.data())
def test_equals_searchsorted_on_every_slice(slices: list[list[int]], data: strategies.DataObject) -> None:
    values = numpy.concatenate([numpy.sort(numpy.array(part, dtype=numpy.int64)) for part in slices])
    colptr = numpy.concatenate([[0], numpy.cumsum([len(part) for part in slices])]).astype(numpy.int64)
    near = strategies.sampled_from([*values.tolist(), -1, 10**16]).flatmap(
        lambda value: strategies.integers(value - 1, value + 1)
    )
    limit = numpy.array(
        data.draw(strategies.lists(near, min_size=len(slices), max_size=len(slices))), dtype=numpy.int64
    )
    guide = guide_table(colptr, values)
    start, width = (
        numpy.array(column, dtype=numpy.int64)
        for column in zip(
            *(narrow(colptr, values, guide, index, int(limit[index])) for index in range(len(slices))), strict=True
        )
    )
    advance(values, start, width, limit, len(slices))
    expected = [
        begin + numpy.searchsorted(values[begin:end], value, side="left")
        for begin, end, value in zip(colptr[:-1], colptr[1:], limit, strict=True)
    ]
    assert start.tolist() == expected


def test_the_table_leaves_few_steps() -> None:
    """A million evenly spread values: what is left to search holds a few, not a million."""
    values = numpy.sort(numpy.random.default_rng(0).integers(0, 10**12, 10**6))
    colptr = numpy.array([0, 10**6])
    guide = guide_table(colptr, values)
    widths = [narrow(colptr, values, guide, 0, int(value))[1] for value in values[::5000]]
    assert max(widths) < 64
