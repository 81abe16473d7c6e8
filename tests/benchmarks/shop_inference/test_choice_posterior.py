"""The probability of a choice is that of the shop's own draws, and a posterior weighs tastes by it."""

from __future__ import annotations

import numpy
import pytest

from benchmarks.shop_inference.choice_posterior import ChoicePosterior, choice_log_probability
from sources.simulated_shop.catalogue import STYLE_SIZE, make_catalogue
from sources.simulated_shop.purchases import CANDIDATES, TASTE_IN_CHOICE
from sources.simulated_shop.settings import SimulatorSettings

NOTHING = numpy.zeros(0, numpy.int64)


def test_a_choice_is_as_probable_as_it_is_often_drawn() -> None:
    generator = numpy.random.default_rng(3)
    styles, popularity = generator.standard_normal((12, STYLE_SIZE)), generator.dirichlet(numpy.full(12, 3.0))
    taste = generator.standard_normal(STYLE_SIZE)
    candidates = generator.choice(12, (40_000, CANDIDATES), p=popularity)
    odds = numpy.exp(TASTE_IN_CHOICE * styles @ taste / numpy.sqrt(STYLE_SIZE))[candidates]
    chances = numpy.cumsum(odds / odds.sum(axis=1, keepdims=True), axis=1)
    place = (generator.random((40_000, 1)) > chances).sum(axis=1)
    drawn = numpy.bincount(candidates[numpy.arange(40_000), place], minlength=12) / 40_000
    # The other candidates are drawn a few times a taste: many copies of one taste stand for more.
    logarithms = choice_log_probability(styles, popularity, numpy.tile(taste, (200, 1)), generator).mean(axis=1)
    expected = popularity * numpy.exp(logarithms)
    assert drawn == pytest.approx(expected / expected.sum(), abs=0.01)


def test_choices_draw_the_posterior_towards_their_styles() -> None:
    catalogue = make_catalogue(SimulatorSettings(articles=60, brands=10))
    posterior = ChoicePosterior(catalogue, seed=1)
    (before, _), (after, precision) = (
        posterior.moments(bought, NOTHING) for bought in (NOTHING, numpy.array([7, 7, 7]))
    )
    style = catalogue.article_styles[7]
    assert (after - before) @ style > 0.5 * numpy.linalg.norm(style)
    assert posterior.weights(NOTHING, NOTHING) == pytest.approx(1 / len(posterior.tastes))
    assert numpy.linalg.eigvalsh(precision).min() > 0
