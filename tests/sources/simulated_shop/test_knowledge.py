"""The user-and-content score knows nothing of the moment or of anything after the day's start, and is hard to beat."""

from __future__ import annotations

import dataclasses

import numpy

from sources.simulated_shop.clicks import ClickModel
from sources.simulated_shop.contents import Contents, trend_period
from sources.simulated_shop.impressions import Floats, Impressions, Integers
from sources.simulated_shop.knowledge import DayKnowledge
from sources.simulated_shop.purchases import Choices
from sources.simulated_shop.settings import SimulatorSettings
from sources.simulated_shop.truth import best_scores
from sources.simulated_shop.world import Period, World


def _score(
    settings: SimulatorSettings, world: World, contents: Contents, follows: Choices, rows: Impressions
) -> Floats:
    model = ClickModel(settings, contents, world.users, follows)
    knowledge = DayKnowledge(settings, contents, world.users, model)
    knowledge.start_day(settings.test_start)
    return knowledge.score(rows, model.match(rows))


def _test_rows(settings: SimulatorSettings, impressions: Impressions) -> Impressions:
    in_test = impressions.time >= settings.test_start
    return Impressions(*(getattr(impressions, field.name)[in_test] for field in dataclasses.fields(Impressions)))


def test_the_moment_does_not_move_the_score(
    world: World, settings: SimulatorSettings, impressions: Impressions
) -> None:
    rows = _test_rows(settings, impressions)
    generator = numpy.random.default_rng(0)
    elsewhere = dataclasses.replace(
        rows,
        time=settings.test_start + generator.integers(0, settings.end - settings.test_start, len(rows.time)),
        slot=generator.permutation(rows.slot),
        device=generator.permutation(rows.device),
    )
    numpy.testing.assert_array_equal(
        _score(settings, world, world.contents, world.follows, rows),
        _score(settings, world, world.contents, world.follows, elsewhere),
    )


def test_nothing_after_the_day_s_start_moves_the_score(
    world: World, settings: SimulatorSettings, impressions: Impressions
) -> None:
    rows = _test_rows(settings, impressions)
    trends = world.contents.trends.copy()
    trends[:, trend_period(settings, numpy.array([settings.test_start]))[0] :] = 100
    late = world.contents.published_at >= settings.test_start
    published_at = numpy.where(late, settings.end - 1, world.contents.published_at)
    future = dataclasses.replace(world.contents, trends=trends, published_at=published_at)
    # In the other future everybody follows every brand from the first instant of the day.
    early = world.follows.time < settings.test_start
    user, brand = numpy.divmod(numpy.arange(settings.users * settings.brands), settings.brands)
    new = ~numpy.isin(user * settings.brands + brand, world.follows.user * settings.brands + world.follows.chosen)
    follows = Choices(
        numpy.concatenate([world.follows.user[early], user[new]]),
        numpy.concatenate([world.follows.chosen[early], brand[new]]),
        numpy.concatenate([world.follows.time[early], numpy.full(new.sum(), settings.test_start)]),
    )
    assert late.any()
    numpy.testing.assert_array_equal(
        _score(settings, world, world.contents, world.follows, rows), _score(settings, world, future, follows, rows)
    )


def test_it_ranks_between_its_parts_and_full_knowledge(world: World, periods: list[Period]) -> None:
    settings = world.settings
    test = [period for period in periods if period.impressions.time[0] >= settings.test_start]
    chance = numpy.concatenate([period.click_probability for period in test])
    score = numpy.concatenate([period.user_content_score for period in test])
    clicked: Integers = numpy.concatenate([period.clicked for period in test])
    request = numpy.concatenate([period.impressions.request for period in test])
    content = numpy.concatenate([period.impressions.content for period in test])
    expected = {
        name: best_scores(clicked, request, chance, scores)["auc_expected"]
        for name, scores in {"all": chance, "both": score, "quality": world.contents.quality[content]}.items()
    }
    assert expected["all"] > expected["both"] + 0.01 > expected["quality"] + 0.05
