"""Recency's draws against the exact distribution: weights that halve with every half-life, on each of its ways."""

from __future__ import annotations

import itertools
import math

import numpy
import pytest
from hypothesis import given, strategies

from components.train_gnn.sampler.recency import Recency
from components.train_gnn.sampler.recency_few import smallest_keys
from components.train_gnn.sampler.recency_remainder import draw_remainder
from tests.components.train_gnn.sampler.one_target import (
    VIEWS,
    assert_distributed,
    draws,
    pair_probability,
    relations_of_one_target,
)

HALF_LIFE = 10


def weights(times: list[int]) -> numpy.ndarray:
    return numpy.exp2(numpy.array(times) / HALF_LIFE)


@pytest.mark.parametrize("look_back", [None, 30])
def test_one_draw_from_few_edges(look_back: int | None) -> None:
    """By hand: ages 40, 30, 20, 10 and 1 under a half-life of 10; a look-back of 30 includes the age of 30."""
    times = [10, 20, 30, 40, 49, 50, 60]
    relations = relations_of_one_target(times)
    for replace in (False, True):
        users = draws(relations, Recency(relations, HALF_LIFE), 20_000, 1, 50, replace, look_back)
        weight = weights(times) * [1, 1, 1, 1, 1, 0, 0] * ([0, 1, 1, 1, 1, 1, 1] if look_back else 1)
        assert_distributed(numpy.bincount(users[:, 0], minlength=7), weight / weight.sum())


@pytest.mark.parametrize("look_back", [None, 150])
def test_one_draw_from_many_edges(look_back: int | None) -> None:
    """Enough edges for the guide table, with gaps and crowds, 400 of them older."""
    times = sorted(numpy.random.default_rng(0).choice([0, 1, 2, 100, 180, 181, 190, 199], 400).tolist()) + [200] * 9
    relations = relations_of_one_target(times)
    older = numpy.array(times) < 200
    if look_back:
        older &= numpy.array(times) >= 50
    for replace in (False, True):
        users = draws(relations, Recency(relations, HALF_LIFE), 40_000, 1, 200, replace, look_back)
        weight = weights(times) * older
        assert_distributed(numpy.bincount(users[:, 0], minlength=len(times)), weight / weight.sum())


def test_with_replacement_draws_are_independent() -> None:
    times = [0, 10, 20]
    relations = relations_of_one_target(times)
    users = draws(relations, Recency(relations, HALF_LIFE), 20_000, 2, 100, replace=True)
    share = weights(times) / weights(times).sum()
    assert_distributed(numpy.bincount(users @ [3, 1], minlength=9), numpy.outer(share, share).ravel())


def test_ordered_draws_without_replacement_from_few_edges() -> None:
    """All sixty ordered triples of five edges: each draw by weight among those that are left."""
    times = [0, 10, 20, 25, 40]
    relations = relations_of_one_target(times)
    users = draws(relations, Recency(relations, HALF_LIFE), 60_000, 3, 100)
    weight = weights(times)
    probability: list[float] = []
    number: dict[tuple[int, ...], int] = {}
    for triple in itertools.permutations(range(5), 3):
        number[triple] = len(number)
        left, chance = weight.sum(), 1.0
        for user in triple:
            chance *= weight[user] / left
            left -= weight[user]
        probability.append(chance)
    observed = numpy.bincount([number[tuple(row)] for row in users.tolist()], minlength=60)
    assert_distributed(observed, numpy.array(probability))


def test_pairs_without_replacement_from_many_edges() -> None:
    """Eighty edges, four classes of age: how often each pair of classes is drawn."""
    times = list(range(0, 160, 2))
    relations = relations_of_one_target(times)
    users = draws(relations, Recency(relations, HALF_LIFE * 4), 40_000, 2, 1_000) // 20
    probability = numpy.zeros(16)
    of_pair = pair_probability(numpy.exp2(numpy.array(times) / (HALF_LIFE * 4)))
    for first, second in itertools.combinations(range(80), 2):
        probability[first // 20 * 4 + second // 20] += of_pair(first, second)
    assert_distributed(numpy.bincount(numpy.sort(users, axis=1) @ [4, 1], minlength=16), probability)


@pytest.mark.parametrize("edges", [40, 80])
def test_what_is_left_of_a_vanishing_weight_is_still_exact(edges: int) -> None:
    """Two new edges are 10,000 half-lives younger than the others, whose share no float holds: both are always drawn,
    the third draw is uniform among the old ones, which are of one age.
    """
    times = [0] * (edges - 2) + [10_000 * HALF_LIFE] * 2
    relations = relations_of_one_target(times)
    users = draws(relations, Recency(relations, HALF_LIFE), 20_000, 3, 10**9)
    assert set(numpy.unique(users[:, :2])) == {edges - 2, edges - 1}
    assert_distributed(numpy.bincount(users[:, 2], minlength=edges - 2), numpy.full(edges - 2, 1 / (edges - 2)))


@pytest.mark.parametrize("way", ["keys", "remainder", "remainder after one"])
def test_the_other_ways_draw_the_same_pairs(way: str) -> None:
    """The ways for dense draws and for piled-up repeats, on five edges whose pairs can be enumerated."""
    times = [0, 10, 20, 25, 40]
    relations = relations_of_one_target(times)
    edges, strategy = relations[VIEWS].edges, Recency(relations, HALF_LIFE)
    low = int(edges.colptr[1])
    number = {pair: place for place, pair in enumerate(itertools.combinations(range(5), 2))}
    observed = numpy.zeros(10)
    chosen = numpy.empty(2, dtype=numpy.int64)
    weight = weights(times)
    generator = numpy.random.default_rng(3)
    for key in generator.integers(0, 2**63, 20_000).astype(numpy.uint64):
        if way == "keys":
            smallest_keys(edges.time, strategy.rate, key, low, low + 5, chosen)
        else:
            have = 1 if way == "remainder after one" else 0
            chosen[0] = low + generator.choice(5, p=weight / weight.sum())
            draw_remainder(strategy.sums[VIEWS], False, low, low + 5, key, 0, chosen, have)
        first, second = sorted((chosen - low).tolist())
        observed[number[first, second]] += 1
    of_pair = pair_probability(weight)
    assert_distributed(observed, numpy.array([of_pair(*pair) for pair in number]))


@given(
    strategies.lists(strategies.integers(0, 300), min_size=1, max_size=150),
    strategies.integers(1, 160),
    strategies.integers(1, 320),
    strategies.sampled_from([1, 50, 10**6]),
    strategies.booleans(),
)
def test_draws_are_eligible_and_distinct(
    times: list[int], wanted: int, instant: int, half_life: int, replace: bool
) -> None:
    times = sorted(times)
    relations = relations_of_one_target(times)
    users = draws(relations, Recency(relations, half_life), 2, wanted, instant, replace, look_back=100)
    eligible = [user for user, time in enumerate(times) if instant - 100 <= time < instant]
    for row in users.tolist():
        assert len(row) == (min(wanted, len(eligible)) if not replace else wanted if eligible else 0)
        assert set(row) <= set(eligible)
        assert replace or len(set(row)) == len(row)


def test_the_half_life_halves() -> None:
    relations = relations_of_one_target([0, HALF_LIFE])
    sums = Recency(relations, HALF_LIFE).sums[VIEWS][relations[VIEWS].edges.colptr[1] :]
    assert math.isclose(float(sums[1]) * 2.0**-44, math.log(1 + 2), rel_tol=1e-9)
