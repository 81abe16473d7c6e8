"""Orthogonal Procrustes: a known rotation is found again, and what nobody asked to move stays."""

from __future__ import annotations

import numpy
import scipy.linalg
import scipy.stats
from hypothesis import given, settings, strategies

from components.train_gnn.alignment.products import Matrix, products_of
from components.train_gnn.alignment.rotation import best_rotation, composed
from schemas.graph_artifact import FloatArray

seeds = strategies.integers(0, 10_000)


def drawn(seed: int, nodes: int, size: int) -> FloatArray:
    return numpy.random.default_rng(seed).normal(size=(nodes, size)).astype(numpy.float32)


def rotation_of(seed: int, size: int) -> Matrix:
    rotation: Matrix = scipy.stats.ortho_group.rvs(size, random_state=seed)
    return rotation


@settings(max_examples=30)
@given(seed=seeds, size=strategies.integers(2, 12))
def test_a_known_rotation_is_recovered(seed: int, size: int) -> None:
    vectors, rotation = drawn(seed, 200, size), rotation_of(seed, size)
    turned = (vectors @ rotation).astype(numpy.float32)
    products = products_of(vectors, turned, numpy.arange(200))
    found = best_rotation([products])
    numpy.testing.assert_allclose(found, rotation, atol=1e-4)
    assert products.mean_cosine(found) > 1 - 1e-6
    assert products.mean_cosine(numpy.eye(size)) < products.mean_cosine(found)


@settings(max_examples=30)
@given(seed=seeds)
def test_no_other_rotation_has_a_larger_mean_cosine(seed: int) -> None:
    """Where the networks differ by more than a rotation: near the solution and far from it."""
    products = [products_of(drawn(seed + i, 50, 5), drawn(seed + i + 1, 50, 5), numpy.arange(50)) for i in (0, 7)]
    found = best_rotation(products)
    numpy.testing.assert_allclose(found @ found.T, numpy.eye(5), atol=1e-10)

    def mean_cosine(rotation: Matrix) -> float:
        return sum(each.mean_cosine(rotation) for each in products) / 2

    skew = numpy.random.default_rng(seed).normal(size=(5, 5))
    nearby = found @ scipy.linalg.expm(0.01 * (skew - skew.T))
    for other in (nearby, rotation_of(seed, 5), numpy.eye(5)):
        assert mean_cosine(other) <= mean_cosine(found) + 1e-6


def test_kinds_count_the_same_and_lengths_do_not_count() -> None:
    """A thousand users who turned one way do not outvote ten contents, however long their vectors are."""
    turn = composed(numpy.eye(2), numpy.array([[0.0, 1.0], [-1.0, 0.0]]))
    contents, users = drawn(1, 10, 2), 1000 * drawn(2, 1000, 2)
    of_contents = products_of(contents, contents, numpy.arange(10))
    of_users = products_of(users, (users @ turn).astype(numpy.float32), numpy.arange(1000))
    found = best_rotation([of_contents, of_users])
    assert abs(of_contents.mean_cosine(found) - of_users.mean_cosine(found)) < 1e-6


def test_directions_without_a_part_in_any_node_stay() -> None:
    """A new node may well have a part in them: it must not be thrown about by rounding."""
    basis = rotation_of(8, 6)
    inside, outside = basis[:3], basis[3:]
    coordinates, turn = drawn(3, 50, 3), rotation_of(4, 3)
    vectors, turned = ((each @ inside).astype(numpy.float32) for each in (coordinates, coordinates @ turn))
    found = best_rotation([products_of(vectors, turned, numpy.arange(50))])
    numpy.testing.assert_allclose(inside @ found, turn @ inside, atol=1e-4)
    numpy.testing.assert_allclose(outside @ found, outside, atol=1e-4)
    assert numpy.array_equal(best_rotation([products_of(vectors, vectors, numpy.arange(50))]), numpy.eye(6))


def test_rotations_of_many_days_stay_rotations() -> None:
    total = numpy.eye(16)
    for day in range(400):
        total = composed(total.astype(numpy.float32), rotation_of(day, 16).astype(numpy.float32))
    numpy.testing.assert_allclose(total @ total.T, numpy.eye(16), atol=1e-12)
