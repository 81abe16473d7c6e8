"""A biased draw would bias every embedding: subsets must be equally likely and free of repeats."""

from __future__ import annotations

import itertools

import numpy
import pytest
from hypothesis import given, strategies

from components.train_gnn.sampler.uniform import Uniform
from tests.components.train_gnn.sampler.one_target import assert_distributed, draws, relations_of_one_target


def test_every_subset_is_equally_likely() -> None:
    """The ten subsets of two out of five older edges; two more are not older."""
    users = numpy.sort(draws(relations_of_one_target([1, 2, 3, 4, 5, 6, 6]), Uniform(), 20_000, 2, instant=6), axis=1)
    subsets = {subset: number for number, subset in enumerate(itertools.combinations(range(5), 2))}
    observed = numpy.bincount([subsets[tuple(pair)] for pair in users.tolist()], minlength=10)
    assert_distributed(observed, numpy.full(10, 0.1))


def test_with_replacement_every_sequence_is_equally_likely() -> None:
    users = draws(relations_of_one_target([1, 2, 3, 9]), Uniform(), 20_000, 3, instant=9, replace=True)
    observed = numpy.bincount(users @ [9, 3, 1], minlength=27)
    assert_distributed(observed, numpy.full(27, 1 / 27))


@pytest.mark.parametrize("wanted", [20, 90])
def test_many_draws_take_every_edge_equally_often(wanted: int) -> None:
    """Both algorithms: the many repeats of 20 draws and of 90 draws from 100 edges, one edge's share at a time."""
    users = draws(relations_of_one_target(range(100)), Uniform(), 4_000, wanted, instant=1_000)
    for user in (0, 1, 50, 98, 99):
        holding = int((users == user).any(axis=1).sum())
        assert_distributed(numpy.array([holding, 4_000 - holding]), numpy.array([wanted / 100, 1 - wanted / 100]))


@given(strategies.integers(1, 200), strategies.integers(1, 220), strategies.integers(0, 200))
def test_takes_all_or_wanted_without_repeats(edges: int, wanted: int, instant: int) -> None:
    older = min(edges, instant)
    users = draws(relations_of_one_target(range(edges)), Uniform(), 3, wanted, instant)
    for row in users.tolist():
        assert len(row) == min(wanted, older)
        assert len(set(row)) == len(row)
        assert all(0 <= user < older for user in row)
