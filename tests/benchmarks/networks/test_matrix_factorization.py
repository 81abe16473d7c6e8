"""The factors find two groups of users with opposite taste."""

from __future__ import annotations

import numpy

from benchmarks.networks.matrix_factorization import factorize
from components.train_gnn.supervision import Links


def test_two_groups_come_apart() -> None:
    generator = numpy.random.default_rng(0)
    user, content = generator.integers(0, 40, 6_000), generator.integers(0, 20, 6_000)
    liked = user % 2 == content % 2
    clicked = generator.random(6_000) < numpy.where(liked, 0.6, 0.1)
    links = Links(user, content, numpy.arange(6_000), clicked.astype(numpy.float32))
    users, contents = factorize(links, 40, 20, seed=0)
    scores = users @ contents.T
    same = numpy.arange(40)[:, None] % 2 == numpy.arange(20) % 2
    assert numpy.median(scores[same]) > 0 > numpy.median(scores[~same])
    assert (factorize(links, 40, 20, seed=0)[0] == users).all(), "same seed, same factors"


def test_users_and_contents_without_a_click_keep_small_factors() -> None:
    zeros = numpy.zeros(2, dtype=numpy.int64)
    links = Links(zeros, zeros, zeros, numpy.array([1, 0], dtype=numpy.float32))
    users, contents = factorize(links, 2, 2, seed=0)
    assert numpy.isfinite(users).all()
    assert numpy.isfinite(contents).all()
