"""Sums over nodes give what the nodes themselves give."""

from __future__ import annotations

import numpy
import pytest

from components.train_gnn.alignment import products
from tests.components.train_gnn.alignment.test_rotation import drawn, rotation_of


def test_cosine_and_residual_equal_those_of_the_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """In parts of seven rows; nodes that are not asked for and nodes without a vector are left out."""
    monkeypatch.setattr(products, "_ROWS_AT_A_TIME", 7)
    moved, fixed, rotation = drawn(1, 40, 4), drawn(2, 40, 4), rotation_of(3, 4)
    moved[5], fixed[6] = 0, 0
    nodes = numpy.arange(0, 36)
    summed = products.products_of(moved, fixed, nodes)
    kept = numpy.delete(nodes, [5, 6])
    turned, other = moved[kept].astype(numpy.float64) @ rotation, fixed[kept].astype(numpy.float64)
    cosine = (turned * other).sum(axis=1) / numpy.linalg.norm(turned, axis=1) / numpy.linalg.norm(other, axis=1)
    assert summed.nodes == len(kept)
    assert summed.mean_cosine(rotation) == pytest.approx(cosine.mean(), abs=1e-12)
    assert summed.squared_residual(rotation) == pytest.approx(numpy.square(turned - other).sum(), rel=1e-10)
    assert summed.fixed_square == pytest.approx(numpy.square(other).sum(), rel=1e-12)


def test_no_node_at_all() -> None:
    empty = products.products_of(drawn(1, 3, 4), drawn(2, 3, 4), numpy.arange(0))
    assert (empty.nodes, empty.moved_square) == (0, 0.0)
    assert not empty.directions.any()
