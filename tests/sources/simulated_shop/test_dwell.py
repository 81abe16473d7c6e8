"""Dwell is positive, bounded, and longer where the taste is met."""

from __future__ import annotations

import numpy

from sources.simulated_shop.dwell import LONGEST_SECONDS, draw_dwell_seconds


def test_dwell_grows_with_taste_and_only_with_it() -> None:
    rows = 20_000
    like, dislike = (draw_dwell_seconds(numpy.full(rows, match), numpy.random.default_rng(0)) for match in (1.0, -1.0))
    assert (like >= dislike).all()
    assert numpy.median(like) > 1.4 * numpy.median(dislike)
    assert like.min() >= 0
    assert like.max() <= LONGEST_SECONDS
