"""Rows sorted in memory are sorted as a plain sort of tuples does it, whatever one number can hold."""

from __future__ import annotations

import math

import numpy
import pyarrow
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.build_graph import loaded_rows
from components.build_graph.loaded_rows import LoadedRows

TARGETS = 5
FAR = 2**50

rows_of_a_relation = st.lists(
    st.tuples(
        st.integers(0, TARGETS - 1),
        st.integers(0, 6) | st.sampled_from([FAR, -FAR]),
        st.integers(0, TARGETS - 1),
        st.sampled_from([0.5, 2.0, 30.0]),
    ),
    max_size=40,
)


@given(rows=rows_of_a_relation, dwelt=st.booleans(), backward=st.booleans(), key_bits=st.sampled_from([3, 12, 63]))
def test_edges_are_sorted_by_target_time_row_and_dwell(
    rows: list[tuple[int, int, int, float]], dwelt: bool, backward: bool, key_bits: int
) -> None:
    target, time, row, dwell = (list(column) for column in zip(*rows, strict=True)) if rows else ([], [], [], [])
    columns = {
        "row": pyarrow.array(row, pyarrow.int32()),
        "target": pyarrow.array(target, pyarrow.int32()),
        "time": pyarrow.array(time, pyarrow.int64()),
    }
    if dwelt:
        columns["dwell"] = pyarrow.array(dwell, pyarrow.float64())
    table = pyarrow.table(columns)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loaded_rows, "KEY_BITS", key_bits)
        loaded = LoadedRows.of(table.to_batches(max_chunksize=7), table.schema)
        edges = (loaded.reversed() if backward else loaded).edges(TARGETS)
    directed = [(one[2], one[1], one[0], one[3]) if backward else one for one in rows]
    expected = sorted(one if dwelt else (*one[:3], math.e - 1) for one in directed)
    assert list(zip(edges.target.tolist(), edges.time.tolist(), edges.row.tolist(), strict=True)) == [
        one[:3] for one in expected
    ]
    numpy.testing.assert_allclose(edges.weight, [math.log1p(one[3]) for one in expected], rtol=1e-6)
    assert [array.dtype for array in (edges.colptr, edges.row, edges.time, edges.weight)] == [
        numpy.int64,
        numpy.int32,
        numpy.int64,
        numpy.float32,
    ]
