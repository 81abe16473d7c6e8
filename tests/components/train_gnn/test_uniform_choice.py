"""A biased draw would bias every embedding: subsets must be equally likely and free of repeats."""

from __future__ import annotations

import itertools

import numpy
import scipy.stats
from hypothesis import given, strategies

from components.train_gnn.uniform_choice import choose_uniformly


@given(
    strategies.lists(strategies.integers(0, 30), min_size=1, max_size=20),
    strategies.integers(1, 12),
    strategies.integers(0, 99),
)
def test_takes_all_or_wanted_without_repeats(available: list[int], wanted: int, seed: int) -> None:
    owner, offset = choose_uniformly(numpy.array(available), wanted, numpy.random.default_rng(seed))
    assert (numpy.diff(owner) >= 0).all()
    for node, count in enumerate(available):
        chosen = offset[owner == node]
        assert len(chosen) == min(count, wanted)
        assert len(set(chosen.tolist())) == len(chosen)
        assert ((chosen >= 0) & (chosen < count)).all()


def test_every_subset_is_equally_likely() -> None:
    """Chi-squared over the ten subsets of two out of five, at the 0.1 % level."""
    draws = 20_000
    _, offset = choose_uniformly(numpy.full(draws, 5), 2, numpy.random.default_rng(0))
    subsets = {subset: number for number, subset in enumerate(itertools.combinations(range(5), 2))}
    pairs = numpy.sort(offset.reshape(draws, 2), axis=1)
    observed = numpy.bincount([subsets[tuple(pair)] for pair in pairs.tolist()], minlength=10)
    assert scipy.stats.chisquare(observed).pvalue > 0.001
