"""Contents that come and go: kind, articles, brands, style, quality, and how the trend carries them."""

from __future__ import annotations

import dataclasses

import numpy
import numpy.typing

from schemas.instants import DAY, HOUR
from sources.simulated_shop.catalogue import STYLE_SIZE, Catalogue
from sources.simulated_shop.impressions import Floats, Integers
from sources.simulated_shop.settings import SimulatorSettings
from sources.simulated_shop.streams import stream

KINDS = ("article", "carousel", "video")
KIND_SHARES = (0.55, 0.30, 0.15)
FEWEST_ARTICLES = numpy.array([1, 4, 1])
MOST_ARTICLES = numpy.array([1, 20, 5])
MAXIMUM_BRANDS = 3
GUEST_BRAND_SHARE = 0.15
"""Share of a carousel's or video's articles that come from its second or third brand."""

MERCHANDISING_KNOWLEDGE = 0.3
"""Share of the variance of what the shop believes of a content that is its true quality."""

TREND_PERIOD = 3 * HOUR
TREND_MEMORY_DAYS = 1.0
"""After a day without news a trend has fallen to 1 / e."""

PUBLISHING_HOURS = numpy.array([1] * 6 + [3, 6] + [10] * 9 + [6, 4, 3, 3, 2, 2, 1], dtype=numpy.float64)
"""Relative number of contents published in each hour of the day: an editorial team with a night shift."""


@dataclasses.dataclass(frozen=True)
class Contents:
    """Everything that slots can show, ordered by time of publication.

    Attributes:
        published_at: Microseconds [contents].
        expires_at: Not shown from then on [contents].
        kind: Index into KINDS [contents].
        brands: Up to three different brands, -1 where there are fewer [contents, 3].
        articles: Articles of all contents one after the other; within one content they differ [sum of lengths].
        lengths: Number of articles [contents].
        style: The true style: what its articles say and what they do not [contents, style].
        quality: Lasting appeal to everyone, standard deviation 1 [contents].
        merchandising: What the shop believes of it, standard deviation about 1 [contents].
        trends: Passing appeal, standard deviation 1 [contents, trend periods].
    """

    published_at: Integers
    expires_at: Integers
    kind: Integers
    brands: Integers
    articles: Integers
    lengths: Integers
    style: Floats
    quality: Floats
    merchandising: Floats
    trends: numpy.typing.NDArray[numpy.float32]


def make_contents(settings: SimulatorSettings, catalogue: Catalogue) -> Contents:
    """Draws every content that is alive at some time of the logs."""
    generator = stream(settings.seed, "contents")
    published_at, expires_at = _lifetimes(settings, generator)
    kind = generator.choice(len(KINDS), settings.contents, p=KIND_SHARES)
    brands = _brands(generator, catalogue, kind)
    articles, lengths = _articles(generator, catalogue, kind, brands)
    rows = numpy.repeat(numpy.arange(settings.contents), lengths)
    visible = numpy.zeros((settings.contents, STYLE_SIZE))
    numpy.add.at(visible, rows, catalogue.article_styles[articles])
    visible /= lengths[:, None]
    hidden = generator.standard_normal(visible.shape)
    quality = generator.standard_normal(settings.contents)
    return Contents(
        published_at=published_at,
        expires_at=expires_at,
        kind=kind,
        brands=_brands_of_articles(catalogue.article_brands[articles], rows, settings.contents),
        articles=articles,
        lengths=lengths,
        style=numpy.sqrt(1 - settings.hidden_style) * visible + numpy.sqrt(settings.hidden_style) * hidden,
        quality=quality,
        merchandising=numpy.sqrt(MERCHANDISING_KNOWLEDGE) * quality
        + numpy.sqrt(1 - MERCHANDISING_KNOWLEDGE) * generator.standard_normal(settings.contents),
        trends=_trends(settings, generator),
    )


def trend_period(settings: SimulatorSettings, time: Integers) -> Integers:
    """The column of `Contents.trends` that holds at each instant."""
    return (time - settings.start) // TREND_PERIOD


def _lifetimes(settings: SimulatorSettings, generator: numpy.random.Generator) -> tuple[Integers, Integers]:
    # A steady flow with exponential lives: at any time as many are alive as are published in one mean life.
    life = settings.content_life_days * DAY
    before = round(settings.contents * settings.content_life_days / (settings.days + settings.content_life_days))
    ages = numpy.sort(generator.exponential(life, before))[::-1].astype(numpy.int64) + 1
    later = settings.contents - before
    hours = generator.choice(24, later, p=PUBLISHING_HOURS / PUBLISHING_HOURS.sum())
    days = generator.integers(0, settings.days, later)
    births = numpy.sort(days * DAY + hours * HOUR + generator.integers(0, HOUR, later))
    published_at = numpy.concatenate([settings.start - ages, settings.start + births])
    # An exponential life has no memory: who is alive at the start lives on as if born then.
    alive_from = numpy.maximum(published_at, settings.start)
    expires_at = alive_from + generator.exponential(life, settings.contents).astype(numpy.int64) + HOUR
    evergreen = generator.choice(before, max(1, round(before * settings.evergreen_share)), replace=False)
    expires_at[evergreen] = settings.end
    return published_at, expires_at


def _brands(generator: numpy.random.Generator, catalogue: Catalogue, kind: Integers) -> Integers:
    shape = (len(kind), MAXIMUM_BRANDS)
    brands = generator.choice(len(catalogue.brand_popularity), shape, p=catalogue.brand_popularity)
    brands[kind == KINDS.index("article"), 1:] = brands[kind == KINDS.index("article"), :1]
    return brands


def _articles(
    generator: numpy.random.Generator,
    catalogue: Catalogue,
    kind: Integers,
    brands: Integers,
) -> tuple[Integers, Integers]:
    wanted = generator.integers(FEWEST_ARTICLES[kind], MOST_ARTICLES[kind] + 1)
    rows = numpy.repeat(numpy.arange(len(kind)), wanted)
    guest = generator.random(len(rows)) < GUEST_BRAND_SHARE
    brand = brands[rows, numpy.where(guest, generator.integers(0, MAXIMUM_BRANDS, len(rows)), 0)]
    first = numpy.searchsorted(catalogue.article_brands, brand, "left")
    end = numpy.searchsorted(catalogue.article_brands, brand, "right")
    drawn = first + (generator.random(len(rows)) * (end - first)).astype(numpy.int64)
    pairs = numpy.unique(rows * len(catalogue.article_brands) + drawn)
    rows, articles = numpy.divmod(pairs, len(catalogue.article_brands))
    return articles, numpy.bincount(rows, minlength=len(kind))


def _brands_of_articles(brands: Integers, rows: Integers, contents: int) -> Integers:
    count = brands.max() + 1
    rows, brands = numpy.divmod(numpy.unique(rows * count + brands), count)
    position = numpy.arange(len(rows)) - numpy.searchsorted(rows, rows)
    result = numpy.full((contents, MAXIMUM_BRANDS), -1)
    result[rows, position] = brands
    return result


def _trends(settings: SimulatorSettings, generator: numpy.random.Generator) -> numpy.typing.NDArray[numpy.float32]:
    # An Ornstein-Uhlenbeck process at equal steps: x' = r x + sqrt(1 - r^2) noise keeps variance 1.
    periods = settings.days * DAY // TREND_PERIOD
    keep = trend_memory(TREND_PERIOD)
    noise = generator.standard_normal((settings.contents, periods), dtype=numpy.float32)
    trends = noise.copy()
    for period in range(1, periods):
        trends[:, period] = keep * trends[:, period - 1] + numpy.sqrt(1 - keep**2) * noise[:, period]
    return trends


def trend_memory(elapsed: int) -> float:
    """The share of a trend that is left after a duration, in microseconds."""
    return float(numpy.exp(-elapsed / (TREND_MEMORY_DAYS * DAY)))
