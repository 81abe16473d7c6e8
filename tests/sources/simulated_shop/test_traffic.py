"""Visitors come at all hours, only after they have joined, and for the first time when they join."""

from __future__ import annotations

import numpy

from sources.simulated_shop.impressions import Impressions
from sources.simulated_shop.settings import SimulatorSettings
from sources.simulated_shop.traffic import Traffic
from sources.simulated_shop.world import World


def test_first_visits_are_at_joining_and_none_before(
    world: World, settings: SimulatorSettings, impressions: Impressions
) -> None:
    joined = world.users.joined_at
    assert (impressions.time >= joined[impressions.user]).all()
    first = numpy.full(settings.users, numpy.iinfo(numpy.int64).max)
    numpy.minimum.at(first, impressions.user, impressions.time)
    late = joined >= settings.start
    assert (first[late] == joined[late]).all()


def test_requests_of_a_period_lie_in_it_in_order(world: World, settings: SimulatorSettings) -> None:
    traffic = Traffic(settings, world.users)
    for period in (0, 71, len(traffic.starts) - 1):
        requests = traffic.requests(period)
        assert (numpy.diff(requests.time) >= 0).all()
        assert set((requests.time - settings.start) // traffic.period) == {period}


def test_evenings_are_busier_than_nights(impressions: Impressions) -> None:
    hour = impressions.time // 3_600_000_000 % 24
    counts = numpy.bincount(hour, minlength=24)
    assert counts.min() > 0
    assert counts[20] > 4 * counts[3]


def test_visits_follow_activity(world: World, settings: SimulatorSettings, impressions: Impressions) -> None:
    there = numpy.flatnonzero(world.users.joined_at < settings.start)
    requests = numpy.unique(numpy.stack([impressions.request, impressions.user]), axis=1)
    visits = numpy.bincount(requests[1], minlength=settings.users)[there]
    assert numpy.corrcoef(visits, world.users.activity[there])[0, 1] > 0.7
