"""Contents come and go at a steady rate and point at real articles and brands."""

from __future__ import annotations

import numpy
import pytest

from schemas.instants import DAY
from sources.simulated_shop.contents import FEWEST_ARTICLES, KINDS, MOST_ARTICLES, TREND_PERIOD, make_contents
from sources.simulated_shop.settings import SimulatorSettings
from sources.simulated_shop.world import World


def test_about_as_many_are_alive_on_every_day_and_some_are_published(world: World, settings: SimulatorSettings) -> None:
    contents = world.contents
    assert (numpy.diff(contents.published_at) >= 0).all()
    assert (contents.expires_at > contents.published_at).all()
    instants = settings.start + numpy.arange(settings.days) * DAY + DAY // 2
    alive = [(contents.published_at <= instant) & (contents.expires_at > instant) for instant in instants]
    counts = numpy.array([mask.sum() for mask in alive])
    assert counts.min() > 0.7 * counts.max()
    published = numpy.bincount(numpy.maximum(contents.published_at - settings.start, -1) // DAY + 1)
    assert published.min() > 5


def test_articles_and_brands_agree(world: World) -> None:
    contents, brand_of = world.contents, world.catalogue.article_brands
    ends = numpy.cumsum(contents.lengths)
    for content, (end, length) in enumerate(zip(ends, contents.lengths, strict=True)):
        articles = contents.articles[end - length : end]
        assert len(set(articles)) == length
        brands = contents.brands[content]
        assert set(brands[brands >= 0]) == set(brand_of[articles])
        assert 1 <= length <= MOST_ARTICLES[contents.kind[content]]
    assert (contents.lengths[contents.kind == KINDS.index("article")] == 1).all()
    carousel = contents.kind == KINDS.index("carousel")
    assert contents.lengths[carousel].mean() > FEWEST_ARTICLES[KINDS.index("carousel")]


@pytest.mark.parametrize("hidden", [0.0, 1.0])
def test_hidden_style_is_what_the_articles_do_not_say(world: World, settings: SimulatorSettings, hidden: float) -> None:
    contents = make_contents(settings.model_copy(update={"hidden_style": hidden}), world.catalogue)
    first = numpy.cumsum(contents.lengths) - contents.lengths
    single = contents.lengths == 1
    said = world.catalogue.article_styles[contents.articles[first[single]]]
    correlation = numpy.corrcoef(said.ravel(), contents.style[single].ravel())[0, 1]
    assert abs(correlation - (1 - hidden)) < 0.05


def test_trends_keep_their_variance_and_are_forgotten_within_days(world: World, settings: SimulatorSettings) -> None:
    trends = world.contents.trends
    assert trends.shape == (settings.contents, settings.days * DAY // TREND_PERIOD)
    assert abs(trends.std(axis=0) - 1).max() < 0.2
    day = DAY // TREND_PERIOD
    after_a_day = numpy.corrcoef(trends[:, :-day].ravel(), trends[:, day:].ravel())[0, 1]
    assert abs(after_a_day - numpy.exp(-1)) < 0.1
