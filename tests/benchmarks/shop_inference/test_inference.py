"""Who infers learns something from the logs, more if told more, and nothing from what comes later."""

from __future__ import annotations

import numpy
import pytest

from benchmarks.shop_inference.history import Views, read_views
from benchmarks.shop_inference.inference import infer
from benchmarks.shop_inference.taste_at_refreshes import TasteAtRefreshes
from schemas.instants import DAY
from sources.simulated_shop.settings import SimulatorSettings
from sources.simulated_shop.world import World


@pytest.fixture(scope="module")
def world() -> World:
    return World(SimulatorSettings(impressions=20_000, contents=100, articles=60, brands=10))


@pytest.fixture(scope="module")
def views(world: World) -> Views:
    return read_views(world)


def correlation(scores: numpy.ndarray, truth: numpy.ndarray) -> float:
    return float(numpy.corrcoef(scores, truth)[0, 1])


def test_what_is_told_and_what_is_secret_make_the_clicks(world: World, views: Views) -> None:
    chance = 1 / (1 + numpy.exp(-(views.told + views.secret)))
    assert views.clicked.sum() == pytest.approx(chance.sum(), abs=4 * numpy.sqrt(chance.sum()))
    assert len(views.user) == sum(len(period.impressions.time) for period in world.periods())


def test_inference_learns_and_learns_nothing_from_later(world: World, views: Views) -> None:
    until = world.settings.test_start
    test = views.rows(views.time >= until)
    inferred, told = (infer(world, views, until, quality_told, seed=1) for quality_told in (False, True))
    of_inferred, of_told = (correlation(shop.secret(test.user, test.content), test.secret) for shop in (inferred, told))
    assert 0.3 < of_inferred < of_told < 0.95
    earlier = infer(world, views.rows(views.time < until), until, False, seed=1)
    numpy.testing.assert_array_equal(earlier.users, inferred.users)
    numpy.testing.assert_array_equal(earlier.quality, inferred.quality)


def test_tastes_at_refreshes_see_what_lies_before_each(world: World, views: Views) -> None:
    refresh = world.settings.test_start - DAY
    rows = views.rows((views.time >= refresh) & (views.time < refresh + DAY))
    instants = numpy.full(len(rows.user), refresh)
    from_orders, from_clicks = TasteAtRefreshes(world, views, seed=1).scores(rows.user, rows.content, instants)
    taste = numpy.einsum("rd,rd->r", world.users.taste[rows.user], world.contents.style[rows.content])
    assert 0.3 < correlation(from_orders, taste) < correlation(from_clicks, taste)
    past = TasteAtRefreshes(world, views.rows(views.time < refresh), seed=1)
    numpy.testing.assert_array_equal(past.scores(rows.user, rows.content, instants)[1], from_clicks)
