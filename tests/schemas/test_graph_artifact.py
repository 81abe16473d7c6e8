"""Edges of the graph artifact: compressed form, selection, and what was known of a click at an instant."""

from __future__ import annotations

from pathlib import Path

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from schemas.artifact_meta import ArtifactMeta, write_meta
from schemas.errors import ContractError
from schemas.graph_artifact import EDGE_TYPES, Edges, GraphArtifact, known_click_weight, reverse_of


def edges_of(degrees: list[int], seed: int) -> Edges:
    """Edges with these in-degrees and random sources, times and weights."""
    generator = numpy.random.default_rng(seed)
    colptr = numpy.concatenate([[0], numpy.cumsum(degrees)]).astype(numpy.int64)
    count = int(colptr[-1])
    return Edges(
        colptr,
        generator.integers(0, 9, count).astype(numpy.int32),
        generator.integers(0, 10**12, count),
        numpy.log1p(generator.gamma(2, 60, count)).astype(numpy.float32),
    )


EDGES = st.builds(edges_of, st.lists(st.integers(0, 5), min_size=1, max_size=8), st.integers(0, 99))


@given(EDGES)
def test_the_target_of_every_edge(edges: Edges) -> None:
    naive = [node for node in range(len(edges.colptr) - 1) for _ in range(edges.colptr[node], edges.colptr[node + 1])]
    assert edges.target.tolist() == naive


@given(EDGES, st.data())
def test_selected_edges_keep_order_target_and_values(edges: Edges, data: st.DataObject) -> None:
    kept = data.draw(arrays.arrays(numpy.bool_, len(edges.row)))
    selected = edges.select(kept)
    assert len(selected.colptr) == len(edges.colptr)
    for name in ("target", "row", "time", "weight"):
        assert getattr(selected, name).tolist() == getattr(edges, name)[kept].tolist()


def test_relations_come_in_pairs() -> None:
    for edge_type in EDGE_TYPES:
        source, _, target = edge_type
        assert (reverse_of(edge_type)[2], reverse_of(edge_type)[0]) == (source, target)
        assert reverse_of(reverse_of(edge_type)) == edge_type
        assert reverse_of(edge_type) != edge_type


def click(time: int, dwell_seconds: float) -> Edges:
    """One click edge."""
    weight = numpy.log1p(numpy.array([dwell_seconds])).astype(numpy.float32)
    return Edges(numpy.array([0, 1]), numpy.zeros(1, numpy.int32), numpy.array([time]), weight)


@given(st.integers(0, 10**15), st.floats(0, 10**6), st.integers(-(10**12), 10**13))
def test_a_dwell_is_known_once_it_has_ended_and_no_earlier(time: int, dwell_seconds: float, later: int) -> None:
    edges, instant = click(time, dwell_seconds), time + later
    # The weight is a float32: the end of a dwell is known to a millionth of its length.
    tolerance = dwell_seconds * 1e6 * 2e-6 + 1
    if abs(later - dwell_seconds * 1e6) <= tolerance:
        return
    expected = edges.weight if later > dwell_seconds * 1e6 else numpy.ones(1, numpy.float32)
    assert known_click_weight(edges.time, edges.weight, instant).tolist() == expected.tolist()
    assert known_click_weight(edges.time, edges.weight, instant).dtype == numpy.float32


def test_a_dwell_that_ends_at_the_instant_itself_is_not_known() -> None:
    edges = click(0, 0.0)
    assert known_click_weight(edges.time, edges.weight, 0).tolist() == [1]
    assert known_click_weight(edges.time, edges.weight, 1).tolist() == [0]


def test_an_incomplete_artifact_is_refused_by_the_name_of_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="not a complete graph artifact"):
        GraphArtifact(tmp_path)
    write_meta(tmp_path, ArtifactMeta(kind="graph", as_of="2026-03-09T00:00:00Z", largest_event_time=None))
    with pytest.raises(ContractError, match=r"user__views__content/colptr\.npy: not found; .* build it anew"):
        GraphArtifact(tmp_path).edges(EDGE_TYPES[0])
