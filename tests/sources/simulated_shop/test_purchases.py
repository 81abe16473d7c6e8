"""Orders and follows show taste, stay inside their time, and repeat no follow."""

from __future__ import annotations

import dataclasses

import numpy
import pytest

from schemas.instants import DAY
from sources.simulated_shop.purchases import FOLLOW_DAYS, make_follows, make_orders
from sources.simulated_shop.settings import SimulatorSettings
from sources.simulated_shop.world import World


def test_orders_lie_between_the_user_s_first_and_the_end(world: World, settings: SimulatorSettings) -> None:
    orders = world.orders
    assert (numpy.diff(orders.time) >= 0).all()
    assert (orders.time >= world.users.buys_since[orders.user]).all()
    assert (orders.time < settings.end).all()
    assert (orders.time < settings.start).mean() > 0.5
    assert (orders.time >= settings.test_start).any()


def test_follows_begin_after_joining_and_once_a_brand(world: World, settings: SimulatorSettings) -> None:
    follows = world.follows
    assert len(set(zip(follows.user, follows.chosen, strict=True))) == len(follows.user)
    late = world.users.joined_at[follows.user] >= settings.start
    assert (follows.time[late] >= world.users.joined_at[follows.user][late]).all()
    assert (follows.time >= settings.start - FOLLOW_DAYS * DAY).all()


@pytest.mark.parametrize("kind", ["orders", "follows"])
def test_choices_agree_with_taste(world: World, kind: str) -> None:
    choices = getattr(world, kind)
    styles = world.catalogue.article_styles if kind == "orders" else world.catalogue.brand_styles
    shuffled = numpy.random.default_rng(0).permutation(choices.chosen)
    taste = world.users.taste[choices.user]
    own, others = (taste * styles[choices.chosen]).sum(axis=1), (taste * styles[shuffled]).sum(axis=1)
    assert own.mean() > others.mean() + 0.5 * others.std()


def test_number_of_orders_follows_the_setting(world: World, settings: SimulatorSettings) -> None:
    everyone = dataclasses.replace(
        world.users, buys_since=numpy.full(settings.users, settings.start - settings.order_days * DAY)
    )
    for wanted in (0.0, 2.0, 8.0):
        orders = make_orders(settings.model_copy(update={"orders_per_user": wanted}), world.catalogue, everyone)
        assert len(orders.user) == pytest.approx(wanted * settings.users, rel=0.25)
    none = make_follows(settings.model_copy(update={"follows_per_user": 0.0}), world.catalogue, everyone)
    assert len(none.user) == 0
