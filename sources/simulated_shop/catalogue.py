"""Brands and articles: styles in a small latent space, seen by others as 128-d embeddings."""

from __future__ import annotations

import dataclasses

import numpy
import numpy.typing

from sources.simulated_shop.impressions import Floats, Integers
from sources.simulated_shop.settings import SimulatorSettings
from sources.simulated_shop.streams import stream

STYLE_SIZE = 16
"""Dimensions of the true style space."""
EMBEDDING_SIZE = 128
EMBEDDING_NOISE = 0.15
"""Standard deviation of the embedding model's error, for each of the 128 dimensions of a style of length about 4."""

SEGMENT_VARIANCE, BRAND_VARIANCE, ARTICLE_VARIANCE = 0.5, 0.25, 0.25
"""How the variance of an article's style divides: its segment of fashion, its brand, itself."""


@dataclasses.dataclass(frozen=True)
class Catalogue:
    """The shop's brands and articles.

    Attributes:
        segment_styles: Centres of the segments of fashion [segments, style].
        segment_shares: How much of the catalogue and of the users each segment has [segments]; sums to 1.
        brand_styles: [brands, style].
        brand_popularity: Sums to 1 [brands].
        article_brands: Brand of each article, ascending [articles].
        article_styles: [articles, style].
        article_popularity: Sums to 1 [articles].
        embeddings: What the shop's embedding model sees of the styles, unit length, float32 [articles, 128].
    """

    segment_styles: Floats
    segment_shares: Floats
    brand_styles: Floats
    brand_popularity: Floats
    article_brands: Integers
    article_styles: Floats
    article_popularity: Floats
    embeddings: numpy.typing.NDArray[numpy.float32]


def make_catalogue(settings: SimulatorSettings) -> Catalogue:
    """Draws the catalogue; a few segments, brands and articles are much more popular than the rest."""
    generator = stream(settings.seed, "catalogue")
    segment_styles = generator.standard_normal((settings.segments, STYLE_SIZE)) * numpy.sqrt(SEGMENT_VARIANCE)
    segment_shares = generator.dirichlet(numpy.full(settings.segments, 3.0))
    brand_segments = generator.choice(settings.segments, settings.brands, p=segment_shares)
    brand_styles = segment_styles[brand_segments]
    brand_styles = brand_styles + generator.standard_normal(brand_styles.shape) * numpy.sqrt(BRAND_VARIANCE)
    brand_popularity = _skewed_shares(generator, settings.brands)
    # Every brand has an article; the rest follow its popularity.
    drawn = generator.choice(settings.brands, max(settings.articles - settings.brands, 0), p=brand_popularity)
    article_brands = numpy.sort(numpy.concatenate([numpy.arange(settings.brands), drawn])[: settings.articles])
    article_styles = brand_styles[article_brands]
    article_styles = article_styles + generator.standard_normal(article_styles.shape) * numpy.sqrt(ARTICLE_VARIANCE)
    return Catalogue(
        segment_styles=segment_styles,
        segment_shares=segment_shares,
        brand_styles=brand_styles,
        brand_popularity=brand_popularity,
        article_brands=article_brands,
        article_styles=article_styles,
        article_popularity=_skewed_shares(generator, settings.articles),
        embeddings=_embed(generator, article_styles),
    )


def _skewed_shares(generator: numpy.random.Generator, count: int) -> Floats:
    weights = generator.lognormal(0.0, 1.0, count)
    shares: Floats = weights / weights.sum()
    return shares


def _embed(generator: numpy.random.Generator, styles: Floats) -> numpy.typing.NDArray[numpy.float32]:
    directions, _ = numpy.linalg.qr(generator.standard_normal((EMBEDDING_SIZE, STYLE_SIZE)))
    embeddings: Floats = styles @ directions.T  # [articles, 128]
    embeddings += generator.standard_normal(embeddings.shape) * EMBEDDING_NOISE
    embeddings /= numpy.linalg.norm(embeddings, axis=1, keepdims=True)
    return embeddings.astype(numpy.float32)
