"""Users join on every day, and what they like comes from their segment."""

from __future__ import annotations

import numpy

from schemas.instants import DAY
from sources.simulated_shop.settings import SimulatorSettings
from sources.simulated_shop.world import World


def test_users_join_every_day_in_order(world: World, settings: SimulatorSettings) -> None:
    joined = world.users.joined_at
    assert (numpy.diff(joined) >= 0).all()
    assert (joined < settings.end).all()
    joining = joined[joined >= settings.start]
    assert len(joining) == round(settings.users * settings.joining_share)
    assert numpy.bincount((joining - settings.start) // DAY, minlength=settings.days).min() > 0


def test_nobody_buys_before_the_orders_begin_and_some_buy_before_they_join(
    world: World, settings: SimulatorSettings
) -> None:
    users = world.users
    assert (users.buys_since >= settings.start - settings.order_days * DAY).all()
    late = users.joined_at >= settings.start
    early_buyers = (users.buys_since[late] < users.joined_at[late]).mean()
    assert abs(early_buyers - settings.joining_with_orders) < 0.15


def test_taste_has_unit_variance(world: World) -> None:
    assert 0.6 < world.users.taste.var() < 1.5
