"""Embeddings say what the style is, not exactly; brands and segments are groups that a network can find."""

from __future__ import annotations

import numpy

from sources.simulated_shop.settings import SimulatorSettings
from sources.simulated_shop.world import World


def test_every_brand_has_articles_and_embeddings_have_unit_length(world: World, settings: SimulatorSettings) -> None:
    catalogue = world.catalogue
    assert catalogue.embeddings.shape == (settings.articles, 128)
    numpy.testing.assert_allclose(numpy.linalg.norm(catalogue.embeddings, axis=1), 1, atol=1e-5)
    assert (numpy.diff(catalogue.article_brands) >= 0).all()
    assert set(catalogue.article_brands) == set(range(settings.brands))


def test_embeddings_follow_the_true_style_with_an_error(world: World) -> None:
    styles = world.catalogue.article_styles / numpy.linalg.norm(world.catalogue.article_styles, axis=1, keepdims=True)
    pairs = numpy.random.default_rng(0).integers(0, len(styles), (2, 20_000))
    true = (styles[pairs[0]] * styles[pairs[1]]).sum(axis=1)
    seen = (world.catalogue.embeddings[pairs[0]] * world.catalogue.embeddings[pairs[1]]).sum(axis=1)
    assert 0.8 < numpy.corrcoef(true, seen)[0, 1] < 0.99


def test_articles_of_a_brand_are_more_alike_than_others(world: World) -> None:
    likeness = world.catalogue.embeddings @ world.catalogue.embeddings.T
    same = world.catalogue.article_brands[:, None] == world.catalogue.article_brands
    assert likeness[same].mean() > likeness[~same].mean() + 0.3
