"""In-batch negatives: only contents shown no later, never a pair that was shown, corrected for popularity so far."""

from __future__ import annotations

import math

import numpy
from hypothesis import given, settings, strategies

from components.train_gnn.losses.in_batch import InBatchNegatives
from components.train_gnn.supervision import Links, pair_key

CONTENTS = 5


def random_links(generator: numpy.random.Generator, count: int) -> Links:
    return Links(
        generator.integers(0, 6, count),
        generator.integers(0, CONTENTS, count),
        generator.integers(0, 20, count),
        (generator.random(count) < 0.4).astype(numpy.float32),
    )


@settings(max_examples=60)
@given(seed=strategies.integers(0, 10_000))
def test_against_loops_over_all_links(seed: int) -> None:
    """Every pair of a clicked link and a link of the batch, and every share, counted one by one."""
    generator = numpy.random.default_rng(seed)
    every = random_links(generator, 30)
    epoch = every.select(numpy.arange(0, 30, 2))
    shown = numpy.unique(pair_key(every.user, every.content, CONTENTS))
    negatives = InBatchNegatives(epoch, shown, CONTENTS)
    clicks = numpy.flatnonzero(epoch.label > 0)
    allowed = negatives.allowed(epoch.user[clicks], epoch.time[clicks], epoch.content, epoch.time)
    share = negatives.log_share(epoch.content[None, :], epoch.time[clicks][:, None])
    pairs = set(zip(every.user.tolist(), every.content.tolist(), strict=True))
    assert allowed.shape == share.shape == (len(clicks), len(epoch))
    for row, click in enumerate(clicks):
        so_far = [content for content, time in zip(epoch.content, epoch.time, strict=True) if time <= epoch.time[click]]
        for column, content in enumerate(epoch.content):
            fresh = epoch.time[column] <= epoch.time[click]
            assert allowed[row, column] == (fresh and (int(epoch.user[click]), int(content)) not in pairs)
            if fresh:
                expected = math.log(so_far.count(content) / len(so_far))
                assert abs(share[row, column] - expected) < 1e-5


def test_popularity_does_not_know_the_future() -> None:
    """A content that becomes popular later is as rare as it was."""
    early = Links(numpy.array([0, 1]), numpy.array([0, 1]), numpy.array([1, 2]), numpy.ones(2, numpy.float32))
    late = Links(numpy.arange(10), numpy.full(10, 1), numpy.arange(10, 20), numpy.ones(10, numpy.float32))
    both = Links(*(numpy.concatenate([getattr(early, name), getattr(late, name)]) for name in vars(early)))
    content, instant = numpy.array([0, 1]), numpy.array([5, 5])
    shares = [
        InBatchNegatives(links, numpy.array([0]), CONTENTS).log_share(content, instant) for links in (early, both)
    ]
    assert numpy.array_equal(shares[0], shares[1])
    assert numpy.allclose(shares[0], math.log(0.5))
