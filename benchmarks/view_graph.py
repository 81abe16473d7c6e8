"""A large random graph of views whose contents' popularity is skewed, for benchmarks that need no logs."""

from __future__ import annotations

import numpy

from components.train_gnn.supervision import CLICKS, VIEWS, Links
from schemas.graph_artifact import Edges, EdgeType, IntArray, reverse_of
from schemas.instants import DAY

DAYS = 7


def view_graph(users: int, contents: int, views: int, seed: int) -> dict[EdgeType, Edges]:
    """Views in both directions; the k-th content's share is proportional to 1 / k (Zipf), users are equally active.

    Args:
        users: Number of users.
        contents: Number of contents.
        views: Number of views.
        seed: Of the draws.

    Returns:
        user-views-content and content-viewed_by-user, by target, then time, over seven days.
    """
    generator = numpy.random.default_rng(seed)
    share = 1 / numpy.arange(1, contents + 1)
    content = generator.permutation(contents)[generator.choice(contents, size=views, p=share / share.sum())]
    user = generator.integers(0, users, views)
    time = numpy.sort(generator.integers(0, DAYS * DAY, views))
    return {
        VIEWS: _compressed(user, content, time, contents),
        reverse_of(VIEWS): _compressed(content, user, time, users),
    }


def with_clicks(views: dict[EdgeType, Edges], share: float, seed: int) -> dict[EdgeType, Edges]:
    """The graph with a random share of its views clicked, in both directions.

    Args:
        views: From view_graph.
        share: Of the views.
        seed: Of the draws.
    """
    of_content = views[VIEWS]
    users, contents = len(views[reverse_of(VIEWS)].colptr) - 1, len(of_content.colptr) - 1
    clicked = numpy.flatnonzero(numpy.random.default_rng(seed).random(len(of_content.row)) < share)
    clicked = clicked[numpy.argsort(of_content.time[clicked], kind="stable")]
    user, content, time = of_content.row[clicked], of_content.target[clicked], of_content.time[clicked]
    return views | {
        CLICKS: _compressed(user.astype(numpy.int64), content, time, contents),
        reverse_of(CLICKS): _compressed(content, user.astype(numpy.int64), time, users),
    }


def random_links(views: Edges, count: int, seed: int) -> Links:
    """Views drawn at random, as links with the times of the views."""
    chosen = numpy.random.default_rng(seed).integers(0, len(views.row), count)
    label = numpy.ones(count, dtype=numpy.float32)
    return Links(views.row[chosen].astype(numpy.int64), views.target[chosen], views.time[chosen], label)


def _compressed(source: IntArray, target: IntArray, time: IntArray, targets: int) -> Edges:
    """Edges whose times ascend, by target, then time."""
    order = numpy.argsort(target, kind="stable")
    colptr = numpy.concatenate([[0], numpy.cumsum(numpy.bincount(target, minlength=targets))])
    weight = numpy.ones(len(source), dtype=numpy.float32)
    return Edges(colptr.astype(numpy.int64), source[order].astype(numpy.int32), time[order], weight)
