"""Draws of one node with known edges, many times over: what the statistical tests count."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy
import scipy.stats

from components.train_gnn.sampler.frontier import Strategy, make_frontier
from components.train_gnn.sampler.relation import Relation, make_relation
from schemas.graph_artifact import EdgeType, IntArray
from tests.components.train_gnn.random_graphs import compressed

VIEWS: EdgeType = ("user", "views", "content")
LEVEL = 0.001
"""Of the chi-squared tests; their seeds are fixed, so that they fail only after a change."""


def relations_of_one_target(times: Iterable[int]) -> dict[EdgeType, Relation]:
    """One content between two others that draws must not stray to, viewed by users 0, 1, 2, ... at these times."""
    time = numpy.array(list(times), dtype=numpy.int64)
    users = len(time)
    source = numpy.concatenate([numpy.arange(users), [0, 1], [0, 1]])
    target = numpy.concatenate([numpy.full(users, 1), [0, 0], [2, 2]])
    instant = numpy.concatenate([time, [0, 10**6], [0, 10**6]])
    return {VIEWS: make_relation(VIEWS, 0, compressed(source, target, instant, 3))}


def draws(
    relations: Mapping[EdgeType, Relation],
    strategy: Strategy,
    repeats: int,
    wanted: int,
    instant: int,
    replace: bool = False,
    look_back: int | None = None,
) -> IntArray:
    """The users that `repeats` nodes, all of them content 1, draw, in the order of the draws [repeats, wanted]."""
    node = numpy.ones(repeats, dtype=numpy.int64)
    frontier = make_frontier(
        relations[VIEWS],
        first=0,
        node=node,
        tree=numpy.zeros(repeats, dtype=numpy.int64),
        key=numpy.random.default_rng(7).integers(0, 2**63, repeats).astype(numpy.uint64),
        instant=numpy.array([instant]),
        look_back=look_back,
        fan_out=wanted,
        replace=replace,
    )
    position = numpy.empty(frontier.draws, dtype=numpy.int64)
    strategy.draw(frontier, position)
    users: IntArray = relations[VIEWS].edges.row[position].astype(numpy.int64).reshape(repeats, -1)
    return users


def pair_probability(weight: numpy.ndarray) -> Callable[[int, int], float]:
    """The chance that two draws without replacement are these two, in any order, by hand."""
    share = weight / weight.sum()

    def probability(first: int, second: int) -> float:
        return float(
            share[first] * share[second] / (1 - share[first]) + share[second] * share[first] / (1 - share[second])
        )

    return probability


def assert_distributed(observed: numpy.ndarray, probability: numpy.ndarray) -> None:
    """Chi-squared over classes that are expected often enough; what can never be must never have been."""
    assert observed[probability == 0].sum() == 0
    assert abs(probability.sum() - 1) < 1e-9
    expected = probability * observed.sum()
    rare = expected < 5
    if rare.any():  # together they are one class
        observed = numpy.append(observed[~rare], observed[rare].sum())
        expected = numpy.append(expected[~rare], expected[rare].sum())
        if expected[-1] == 0:
            observed, expected = observed[:-1], expected[:-1]
    assert scipy.stats.chisquare(observed, expected).pvalue > LEVEL
