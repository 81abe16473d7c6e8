"""Slates show what is alive, once each, and mix recent, popular and random contents; taste plays no part."""

from __future__ import annotations

import numpy
import pytest

from schemas.instants import DAY, HOUR
from sources.simulated_shop.settings import SimulatorSettings
from sources.simulated_shop.slates import draw_slates
from sources.simulated_shop.world import World

REQUESTS = 400


@pytest.mark.parametrize("day", [0, 3, 7])
def test_slates_are_full_different_and_alive(world: World, settings: SimulatorSettings, day: int) -> None:
    generator = numpy.random.default_rng(day)
    instant = settings.start + day * DAY + 9 * HOUR
    lengths = generator.integers(1, settings.slots + 1, REQUESTS)
    slates = draw_slates(settings, world.contents, instant, lengths, generator)
    assert slates.shape == (REQUESTS, settings.slots)
    assert ((slates >= 0) == (numpy.arange(settings.slots) < lengths[:, None])).all()
    for slate in slates:
        shown = slate[slate >= 0]
        assert len(set(shown)) == len(shown)
    shown = slates[slates >= 0]
    assert (world.contents.published_at[shown] <= instant).all()
    assert (world.contents.expires_at[shown] > instant).all()


def _shown(world: World, settings: SimulatorSettings, **changes: float) -> numpy.typing.NDArray[numpy.int64]:
    lengths = numpy.full(REQUESTS, 10)
    slates = draw_slates(
        settings.model_copy(update=changes),
        world.contents,
        settings.start + 3 * DAY,
        lengths,
        numpy.random.default_rng(0),
    )
    return slates[slates >= 0]


def test_each_list_does_what_it_says(world: World, settings: SimulatorSettings) -> None:
    popular = _shown(world, settings, recent_share=0.0, random_share=0.0)
    recent = _shown(world, settings, recent_share=1.0, random_share=0.0)
    explored = _shown(world, settings, recent_share=0.0, random_share=1.0)
    believed = world.contents.merchandising
    assert believed[popular].mean() > believed[explored].mean() > believed.mean() - 0.5
    age = settings.start + 3 * DAY - world.contents.published_at
    assert (age[recent] < DAY).mean() > 0.95 * min(1.0, (age < DAY).sum() / 10)
    assert (age[popular] < DAY).mean() < 0.5


def test_a_shop_without_news_falls_back_to_popular_contents(world: World, settings: SimulatorSettings) -> None:
    shown = _shown(world, settings, recent_share=1.0, random_share=0.0, recent_hours=1e-6)
    assert len(shown) == REQUESTS * 10
