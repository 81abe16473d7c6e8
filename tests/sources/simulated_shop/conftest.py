"""A small world for the tests of the simulator's modules."""

from __future__ import annotations

import pytest

from sources.simulated_shop.impressions import Impressions
from sources.simulated_shop.settings import SimulatorSettings
from sources.simulated_shop.world import Period, World
from tests.sources.simulated_shop.joined_periods import join_impressions


@pytest.fixture(scope="session")
def settings() -> SimulatorSettings:
    return SimulatorSettings(impressions=40_000, contents=300, articles=600, brands=30, seed=1)


@pytest.fixture(scope="session")
def world(settings: SimulatorSettings) -> World:
    return World(settings)


@pytest.fixture(scope="session")
def periods(world: World) -> list[Period]:
    return list(world.periods())


@pytest.fixture(scope="session")
def impressions(periods: list[Period]) -> Impressions:
    return join_impressions(periods)
