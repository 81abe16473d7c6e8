"""What orders and follows tell of a user's taste, by Bayes' rule over draws from the shop's own prior."""

from __future__ import annotations

import numpy

from schemas.graph_artifact import FloatArray, IntArray
from sources.simulated_shop.catalogue import SEGMENT_VARIANCE, STYLE_SIZE, Catalogue
from sources.simulated_shop.impressions import Floats
from sources.simulated_shop.purchases import CANDIDATES, TASTE_IN_CHOICE

DRAWS = 8192
"""Tastes drawn from the prior; half of the users leave some 500 of them with weight."""

TASTES_AT_ONCE = 1024
SLATES = 16
"""Sets of other candidates that a choice's probability is averaged over."""
SPREAD = 1e-2
"""Added to a posterior's variances, which a finite number of drawn tastes makes too small."""


class ChoicePosterior:
    """Posterior of tastes given choices: importance sampling with the prior as proposal.

    Args:
        catalogue: The shop's truth about articles, brands and segments.
        seed: Of the draws.
    """

    def __init__(self, catalogue: Catalogue, seed: int) -> None:
        generator = numpy.random.default_rng(seed)
        self.tastes = draw_tastes(catalogue, DRAWS, generator)
        self._of_articles, self._of_brands = (
            choice_log_probability(styles, popularity, self.tastes, generator)
            for styles, popularity in (
                (catalogue.article_styles, catalogue.article_popularity),
                (catalogue.brand_styles, catalogue.brand_popularity),
            )
        )

    def weights(self, articles: IntArray, brands: IntArray) -> Floats:
        """Posterior weight of each drawn taste [draws], given articles bought [n] and brands followed [m]."""
        likelihood = self._of_articles[articles].sum(axis=0) + self._of_brands[brands].sum(axis=0)
        weights = numpy.exp((likelihood - likelihood.max()).astype(numpy.float64))
        normalized: Floats = weights / weights.sum()
        return normalized

    def moments(self, articles: IntArray, brands: IntArray) -> tuple[Floats, Floats]:
        """Mean [style] and inverse of the covariance [style, style] of the posterior."""
        weights = self.weights(articles, brands)
        mean = weights @ self.tastes
        away = self.tastes - mean
        covariance = (away * weights[:, None]).T @ away + SPREAD * numpy.eye(STYLE_SIZE)
        return mean, numpy.linalg.inv(covariance).astype(numpy.float64)


def draw_tastes(catalogue: Catalogue, draws: int, generator: numpy.random.Generator) -> Floats:
    """Tastes as the shop draws those of its users [draws, style]."""
    segments = generator.choice(len(catalogue.segment_shares), draws, p=catalogue.segment_shares)
    own = generator.standard_normal((draws, STYLE_SIZE)) * numpy.sqrt(1 - SEGMENT_VARIANCE)
    tastes: Floats = catalogue.segment_styles[segments] + own
    return tastes


def choice_log_probability(
    styles: Floats, popularity: Floats, tastes: Floats, generator: numpy.random.Generator
) -> FloatArray:
    """Logarithm of the probability that a taste chooses a thing, up to a constant of the thing.

    The thing must be among the candidates, whatever the taste, and then win the softmax against the others, which are
    drawn by popularity; the mean over some draws of the others stands for the expectation.

    Returns:
        float32 [things, tastes].
    """
    cumulative = numpy.cumsum(popularity)
    result = numpy.empty((len(styles), len(tastes)), numpy.float32)
    for start in range(0, len(tastes), TASTES_AT_ONCE):
        part = tastes[start : start + TASTES_AT_ONCE]
        appeal = (TASTE_IN_CHOICE / numpy.sqrt(STYLE_SIZE) * (styles @ part.T)).astype(numpy.float32)  # [things, part]
        odds = numpy.exp(appeal)
        wins = numpy.zeros_like(odds)
        for _ in range(SLATES):
            others = numpy.searchsorted(cumulative, generator.random((CANDIDATES - 1, len(part))))
            others = numpy.minimum(others, len(styles) - 1)
            wins += 1 / (odds + numpy.take_along_axis(odds, others, axis=0).sum(axis=0))
        result[:, start : start + TASTES_AT_ONCE] = appeal + numpy.log(wins / SLATES)
    return result
