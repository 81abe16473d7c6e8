"""The visit counts that importance draws on: PinSage's walks, of older edges alone, the same for any threads."""

from __future__ import annotations

import numpy
import pytest

from components.train_gnn.sampler.importance import Importance
from components.train_gnn.sampler.relation import Relation, make_relation
from components.train_gnn.sampler.walks import visit_sums
from schemas.graph_artifact import EdgeType, reverse_of
from tests.components.train_gnn.random_graphs import compressed, random_tables
from tests.components.train_gnn.sampler.one_target import VIEWS

VIEWED_BY = reverse_of(VIEWS)


def both_directions(user: list[int], content: list[int], time: list[int]) -> dict[EdgeType, Relation]:
    ends = numpy.array(user), numpy.array(content), numpy.array(time)
    forward = compressed(ends[0], ends[1], ends[2], max(content) + 1)
    backward = compressed(ends[1], ends[0], ends[2], max(user) + 1)
    return {VIEWS: make_relation(VIEWS, 0, forward), VIEWED_BY: make_relation(VIEWED_BY, 1, backward)}


def test_visits_are_those_of_the_stationary_walk() -> None:
    """The share of each user's visits, from content 0, against the solution of the walk's linear equations."""
    user, content = [0, 0, 1, 1, 2, 2, 3], [0, 1, 0, 2, 0, 1, 2]
    relations = both_directions(user, content, [0] * 7)
    counted = visit_sums(relations[VIEWS], relations[VIEWED_BY], 1, visits=40_000, seed=0, threads=1)
    views = numpy.zeros((3, 4))
    views[content, user] = 1
    to_user = views / views.sum(axis=1, keepdims=True)
    to_content = views.T / views.T.sum(axis=1, keepdims=True)
    departs = 0.5 * numpy.linalg.inv(numpy.eye(3) - 0.5 * to_user @ to_content)[0]  # from which content a visit starts
    expected = departs @ to_user
    assert expected[3] > 0.04, "the walks must also go where no edge of content 0 leads"
    weight = numpy.diff(counted.sums[: counted.colptr[1]], prepend=0)
    assert numpy.allclose((weight - 1) / (3 * 40_000), expected[:3], atol=0.01)


def test_edges_at_or_after_the_instant_are_neither_walked_nor_weighed() -> None:
    """The same counts from a graph that ends where the counting does."""
    tables = random_tables(0)
    whole = {each: make_relation(each, number, tables.edges[each]) for number, each in enumerate((VIEWS, VIEWED_BY))}
    cut = {
        each: make_relation(each, number, tables.edges[each].select(tables.edges[each].time < 400))
        for number, each in enumerate((VIEWS, VIEWED_BY))
    }
    first, second = (
        visit_sums(each[VIEWS], each[VIEWED_BY], 400, visits=5, seed=3, threads=1) for each in (whole, cut)
    )
    assert numpy.array_equal(first.sums, second.sums)
    assert first.colptr[-1] == (tables.edges[VIEWS].time < 400).sum() < len(tables.edges[VIEWS].time)


@pytest.mark.parametrize("threads", [2, 4])
def test_counts_do_not_depend_on_the_threads(threads: int) -> None:
    tables = random_tables(1, views=900)
    relations = {
        each: make_relation(each, number, tables.edges[each]) for number, each in enumerate((VIEWS, VIEWED_BY))
    }
    alone, together = (
        visit_sums(relations[VIEWS], relations[VIEWED_BY], 900, visits=5, seed=3, threads=count)
        for count in (1, threads)
    )
    assert numpy.array_equal(alone.sums, together.sums)
    other = visit_sums(relations[VIEWS], relations[VIEWED_BY], 900, visits=5, seed=4, threads=1)
    assert not numpy.array_equal(alone.sums, other.sums)


def test_a_relation_without_its_reverse_is_refused() -> None:
    relations = both_directions([0], [0], [0])
    del relations[VIEWED_BY]
    with pytest.raises(ValueError, match="viewed_by"):
        Importance(relations, [1], visits=1, seed=0, threads=1)
