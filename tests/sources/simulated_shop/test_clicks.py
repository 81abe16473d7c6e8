"""The probability of a click is the sum of effects that the settings name."""

from __future__ import annotations

import dataclasses

import numpy
import pytest

from schemas.instants import DAY, HOUR
from sources.simulated_shop.clicks import (
    DEVICE_EFFECT,
    HOUR_EFFECT,
    KIND_EFFECT,
    ClickModel,
    freshness,
    probability,
    slot_effect,
)
from sources.simulated_shop.impressions import Impressions
from sources.simulated_shop.settings import SimulatorSettings
from sources.simulated_shop.world import Period, World
from tests.sources.simulated_shop.joined_periods import join_impressions


def test_taste_match_has_unit_deviation_over_random_pairs(world: World, settings: SimulatorSettings) -> None:
    generator = numpy.random.default_rng(0)
    zeros = numpy.zeros(50_000, dtype=numpy.int64)
    user = generator.integers(0, settings.users, len(zeros))
    content = generator.integers(0, settings.contents, len(zeros))
    model = ClickModel(settings, world.contents, world.users, world.follows)
    match = model.match(Impressions(zeros, zeros + settings.start, user, content, zeros, zeros))
    assert match.std() == pytest.approx(1, abs=0.05)


def test_probability_is_the_sum_of_its_effects(
    world: World, settings: SimulatorSettings, periods: list[Period]
) -> None:
    """Recomputed row by row from the world's arrays, for some rows of the run."""
    rows, chances = join_impressions(periods), numpy.concatenate([period.click_probability for period in periods])
    contents, users = world.contents, world.users
    scale = ClickModel(settings, contents, users, world.follows).match_scale
    followed = {
        (user, brand): time
        for user, brand, time in zip(world.follows.user, world.follows.chosen, world.follows.time, strict=True)
    }
    some = numpy.random.default_rng(0).choice(len(rows.time), 300, replace=False)
    follows_seen = 0
    for row in some:
        user, content, time = rows.user[row], rows.content[row], rows.time[row]
        kind = contents.kind[content]
        follows = any(followed.get((user, brand), time) < time for brand in contents.brands[content] if brand >= 0)
        follows_seen += follows
        age_days = (time - contents.published_at[content]) / DAY
        logit = (
            settings.click_logit
            + settings.quality * contents.quality[content]
            + settings.trend * contents.trends[content, (time - settings.start) // (3 * HOUR)]
            + KIND_EFFECT[kind]
            + settings.habit * users.habit[user]
            + settings.kind_preference * users.kind_preference[user, kind]
            + settings.taste * (users.taste[user] @ contents.style[content]) / scale
            + settings.followed_brand * follows
            + settings.freshness * numpy.exp(-age_days / settings.freshness_days)
            - settings.position_decay * numpy.log(1 + rows.slot[row])
            + HOUR_EFFECT * numpy.cos(2 * numpy.pi * (time % DAY / HOUR - 20) / 24)
            + DEVICE_EFFECT[rows.device[row]]
        )
        assert chances[row] == pytest.approx(1 / (1 + numpy.exp(-logit)), rel=1e-6)
    assert follows_seen > 0


def test_effects_fall_as_named(settings: SimulatorSettings) -> None:
    ages = numpy.arange(0, 10 * DAY, HOUR)
    assert freshness(settings, ages)[0] == settings.freshness
    assert (numpy.diff(freshness(settings, ages)) < 0).all()
    slots = slot_effect(settings, numpy.arange(40))
    assert slots[0] == 0
    assert (numpy.diff(slots) < 0).all()
    numpy.testing.assert_allclose(probability(numpy.array([-800.0, 0.0, 800.0])), [0, 0.5, 1])


def test_a_brand_followed_later_does_not_count(world: World, settings: SimulatorSettings) -> None:
    brands = world.contents.brands
    row = next(
        (number, int(numpy.flatnonzero((brands == brand).any(axis=1))[0]))
        for number, brand in enumerate(world.follows.chosen)
        if (brands == brand).any() and world.follows.time[number] > settings.start
    )
    number, content = row
    model = ClickModel(settings, world.contents, world.users, world.follows)
    one = numpy.ones(1, dtype=numpy.int64)
    at = Impressions(one, one * world.follows.time[number], one * world.follows.user[number], one * content, one, one)
    later = dataclasses.replace(at, time=at.time + 1)
    match = model.match(at)
    before, after = model.lasting(at, match)[0], model.lasting(later, match)[0]
    assert after - before == pytest.approx(settings.followed_brand)
    assert model.lasting(later, match, known_until=int(at.time[0]))[0] == before
