"""A world can be generated again, period after period, without a trace of the first time."""

from __future__ import annotations

import numpy

from sources.simulated_shop.impressions import Impressions
from sources.simulated_shop.world import Period, World


def test_a_second_run_of_the_same_object_repeats_the_first(world: World, periods: list[Period]) -> None:
    for first, second in zip(periods, world.periods(), strict=True):
        numpy.testing.assert_array_equal(first.impressions.request, second.impressions.request)
        numpy.testing.assert_array_equal(first.clicked, second.clicked)
        numpy.testing.assert_array_equal(first.user_content_score, second.user_content_score)


def test_requests_are_numbered_without_gaps(impressions: Impressions) -> None:
    assert impressions.request[0] == 0
    assert set(numpy.diff(impressions.request)) == {0, 1}
    assert (numpy.diff(impressions.time) >= 0).all()
