"""Importance's draws against the exact distribution: 1 + the visits of an edge's source, as far as a seed may know."""

from __future__ import annotations

import itertools

import numpy
import pytest
from hypothesis import given, strategies

from components.train_gnn.sampler.importance import Importance
from components.train_gnn.sampler.slice_search import guide_table
from components.train_gnn.sampler.walks import VisitSums
from tests.components.train_gnn.sampler.one_target import (
    VIEWS,
    assert_distributed,
    draws,
    pair_probability,
    relations_of_one_target,
)


def with_weights(counted: dict[int, list[int]]) -> Importance:
    """The strategy with known weights of content 1's first edges, by the instant at which they were counted."""
    strategy = Importance({}, [], visits=1, seed=0, threads=1)
    strategy.instants = numpy.array(sorted(counted))
    strategy.counts = {VIEWS: []}
    for instant, weight in sorted(counted.items()):
        # Contents 0 and 2 have weights too, which draws must not stray to.
        colptr = numpy.cumsum([0, 1, len(weight), 1])
        sums = numpy.concatenate([[9], numpy.cumsum(weight), [9]]).astype(numpy.int64)
        strategy.counts[VIEWS].append(VisitSums(instant, colptr, sums, guide_table(colptr, sums)))
    return strategy


@pytest.mark.parametrize("replace", [False, True])
def test_one_draw(replace: bool) -> None:
    """Edges at 1 to 4 were counted at 5; those at 6 and 7 weigh 1; that at 9 is not older than the seed."""
    relations = relations_of_one_target([1, 2, 3, 4, 6, 7, 9])
    users = draws(relations, with_weights({5: [1, 7, 2, 4]}), 20_000, 1, 9, replace)
    assert_distributed(numpy.bincount(users[:, 0], minlength=7), numpy.array([1, 7, 2, 4, 1, 1, 0]) / 16)


@pytest.mark.parametrize(
    ("instant", "expected"), [(4, [1, 1, 1, 0, 0]), (5, [3, 1, 1, 1, 0]), (7, [3, 1, 1, 1, 0]), (8, [1, 1, 8, 2, 0])]
)
def test_a_seed_sees_the_last_count_that_is_not_after_it(instant: int, expected: list[int]) -> None:
    """Counts at 5 and at 8; a count of the future must not steer what an older seed draws (rule 4)."""
    relations = relations_of_one_target([1, 2, 3, 4, 8])
    strategy = with_weights({5: [3, 1], 8: [1, 1, 8, 2]})
    users = draws(relations, strategy, 20_000, 1, instant, replace=True)
    assert_distributed(numpy.bincount(users[:, 0], minlength=5), numpy.array(expected) / sum(expected))


def test_the_look_back_cuts_counted_edges() -> None:
    relations = relations_of_one_target([1, 2, 3, 4, 6, 7, 9])
    users = draws(relations, with_weights({5: [1, 7, 2, 4]}), 20_000, 1, 9, True, look_back=6)
    assert_distributed(numpy.bincount(users[:, 0], minlength=7), numpy.array([0, 0, 2, 4, 1, 1, 0]) / 8)


@pytest.mark.parametrize("heaviest", [7, 10**9])
def test_pairs_without_replacement(heaviest: int) -> None:
    """By weight among those that are left; a weight that holds nearly all is drawn always, and repeats pile up."""
    weight = [1, heaviest, 2, 4, 1, 1]
    relations = relations_of_one_target([1, 2, 3, 4, 6, 7])
    users = draws(relations, with_weights({5: weight[:4]}), 40_000, 2, 9)
    number = {pair: place for place, pair in enumerate(itertools.combinations(range(6), 2))}
    observed = numpy.bincount([number[tuple(sorted(pair))] for pair in users.tolist()], minlength=15)
    of_pair = pair_probability(numpy.array(weight, dtype=numpy.float64))
    probability = numpy.array([of_pair(*pair) for pair in number])
    assert_distributed(observed, probability / probability.sum())


def test_one_draw_from_many_edges() -> None:
    """Enough edges for the guide table."""
    weight = numpy.random.default_rng(0).choice([1, 2, 3, 50], 300).tolist()
    relations = relations_of_one_target(range(320))
    for replace in (False, True):
        users = draws(relations, with_weights({300: weight}), 40_000, 1, 310, replace)
        expected = numpy.array(weight + [1] * 10 + [0] * 10)
        assert_distributed(numpy.bincount(users[:, 0], minlength=320), expected / expected.sum())


@given(
    strategies.lists(strategies.integers(1, 1_000), min_size=1, max_size=120),
    strategies.integers(1, 130),
    strategies.integers(1, 150),
    strategies.booleans(),
)
def test_draws_are_eligible_and_distinct(weight: list[int], wanted: int, instant: int, replace: bool) -> None:
    edges = len(weight) + 10
    relations = relations_of_one_target(range(edges))
    strategy = with_weights({len(weight): weight})
    users = draws(relations, strategy, 2, wanted, instant, replace, look_back=60)
    eligible = set(range(max(instant - 60, 0), min(instant, edges)))
    for row in users.tolist():
        assert len(row) == (min(wanted, len(eligible)) if not replace else wanted if eligible else 0)
        assert set(row) <= eligible
        assert replace or len(set(row)) == len(row)
