"""The expected slate length, on which the size of a run rests, is that of the draws."""

from __future__ import annotations

import numpy
import pytest

from sources.simulated_shop.slate_lengths import SHORTEST_SLATE, draw_slate_lengths, mean_slate_length


@pytest.mark.parametrize("slots", [2, 6, 7, 40, 200])
def test_mean_slate_length_is_that_of_the_draws(slots: int) -> None:
    lengths = draw_slate_lengths(slots, 100_000, numpy.random.default_rng(0))
    assert lengths.min() == min(SHORTEST_SLATE, slots)
    assert lengths.max() <= slots
    assert lengths.mean() == pytest.approx(mean_slate_length(slots), rel=0.01)
