"""Slate features mean the same for 10 and for 2,000 candidates, in any order and in any company."""

from __future__ import annotations

import hypothesis
import hypothesis.extra.numpy
import numpy
import numpy.typing
import tensorflow
from hypothesis import strategies

from components.train_ranker.slate_features import slate_difference, slate_rank

Array = numpy.typing.NDArray[numpy.float32]

# Few distinct values, so that ties are common.
SLATES = hypothesis.extra.numpy.arrays(
    numpy.float32, strategies.integers(1, 12), elements=strategies.sampled_from([-3.0, -0.5, 0.0, 0.25, 1.0, 7.0])
)


def rank(slate: Array) -> Array:
    counts = tensorflow.constant([len(slate)], tensorflow.int64)
    return numpy.asarray(slate_rank(tensorflow.constant(slate[:, None]), counts))[:, 0]


def difference(slate: Array) -> Array:
    counts = tensorflow.constant([len(slate)], tensorflow.int64)
    return numpy.asarray(slate_difference(tensorflow.constant(slate[:, None]), counts))[:, 0]


def test_rank_and_difference_by_hand() -> None:
    slate = numpy.array([2.0, 1.0, 2.0, 5.0], numpy.float32)
    numpy.testing.assert_allclose(rank(slate), [0.5, 0.125, 0.5, 0.875])
    numpy.testing.assert_allclose(difference(slate), [-0.5, -1.5, -0.5, 2.5])


@hypothesis.given(SLATES)
@hypothesis.settings(max_examples=40)
def test_rank_is_the_share_of_smaller_values_and_half_of_the_equal_ones(slate: Array) -> None:
    smaller = (slate[None, :] < slate[:, None]).sum(axis=1)
    equal = (slate[None, :] == slate[:, None]).sum(axis=1)
    numpy.testing.assert_allclose(rank(slate), (smaller + 0.5 * equal) / len(slate), rtol=1e-6)


def test_a_slate_of_10_means_what_it_means_200_times_over() -> None:
    slate = numpy.random.default_rng(0).integers(0, 6, 10).astype(numpy.float32)
    many = numpy.tile(slate, 200)
    assert len(many) == 2000
    numpy.testing.assert_allclose(rank(many)[:10], rank(slate), rtol=1e-6)
    numpy.testing.assert_allclose(difference(many)[:10], difference(slate), atol=1e-6)


@hypothesis.given(SLATES, strategies.integers(0, 1000))
@hypothesis.settings(max_examples=20)
def test_the_order_of_the_candidates_does_not_matter(slate: Array, seed: int) -> None:
    order = numpy.random.default_rng(seed).permutation(len(slate))
    numpy.testing.assert_array_equal(rank(slate[order]), rank(slate)[order])
    numpy.testing.assert_allclose(difference(slate[order]), difference(slate)[order], atol=1e-6)


@hypothesis.given(strategies.lists(SLATES, min_size=2, max_size=5))
@hypothesis.settings(max_examples=20)
def test_a_slate_among_longer_and_shorter_ones_is_what_it_is_alone(slates: list[Array]) -> None:
    values = tensorflow.constant(numpy.concatenate(slates)[:, None])
    counts = tensorflow.constant([len(slate) for slate in slates], tensorflow.int64)
    numpy.testing.assert_array_equal(
        slate_rank(values, counts)[:, 0], numpy.concatenate([rank(slate) for slate in slates])
    )
    numpy.testing.assert_allclose(
        slate_difference(values, counts)[:, 0], numpy.concatenate([difference(slate) for slate in slates]), atol=1e-6
    )
