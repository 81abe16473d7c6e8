"""Coverage, novelty and diversity against their definitions, written out with loops."""

from __future__ import annotations

import itertools
import math

import hypothesis
import hypothesis.extra.numpy as arrays
import hypothesis.strategies as strategies
import numpy
import pytest

from components.evaluate_ranker.metrics import FloatArray, IntArray
from components.evaluate_ranker.page_metrics import coverage, diversity, novelty, share_with_vector

CONTENTS = 7
PAGES = arrays.arrays(numpy.int64, (3, 4), elements=strategies.integers(-1, CONTENTS - 1))


@hypothesis.given(PAGES, arrays.arrays(numpy.float64, CONTENTS, elements=strategies.integers(0, 9)))
def test_novelty_is_the_mean_self_information(pages: IntArray, views: FloatArray) -> None:
    for page, found in zip(pages, novelty(pages, views), strict=True):
        bits = [-math.log2((views[row] + 1) / (sum(views) + CONTENTS)) for row in page if row >= 0]
        assert found == pytest.approx(sum(bits) / len(bits)) if bits else math.isnan(found)


def test_half_the_views_are_one_bit_more() -> None:
    views = numpy.array([3.0, 1.0, 0.0])
    found = novelty(numpy.array([[0], [1], [2]]), views)
    assert numpy.diff(found) == pytest.approx([1, 1])


@hypothesis.given(PAGES, strategies.integers(0, 1000))
def test_diversity_is_the_mean_distance_of_all_pairs(pages: IntArray, seed: int) -> None:
    vectors = numpy.random.default_rng(seed).normal(size=(CONTENTS, 5))
    vectors /= numpy.linalg.norm(vectors, axis=1, keepdims=True)
    vectors[0] = 0
    for page, found in zip(pages, diversity(pages, vectors), strict=True):
        rows = [row for row in page if row > 0]
        distances = [1 - vectors[one] @ vectors[other] for one, other in itertools.combinations(rows, 2)]
        assert found == pytest.approx(numpy.mean(distances), abs=1e-9) if distances else math.isnan(found)


def test_coverage_counts_each_content_once_and_no_empty_place() -> None:
    assert coverage(numpy.array([[0, 1, -1], [1, 4, -1]]), 6) == 0.5
    assert math.isnan(coverage(numpy.array([[-1]]), 0))


def test_the_share_with_a_vector_counts_places_and_not_contents() -> None:
    vectors = numpy.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    assert share_with_vector(numpy.array([[0, 1, -1], [0, 2, -1]]), vectors) == 0.5
    assert math.isnan(share_with_vector(numpy.array([[-1]]), vectors))
