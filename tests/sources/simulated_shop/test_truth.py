"""The measures of the best possible score, against plain recomputations."""

from __future__ import annotations

import hypothesis
import hypothesis.extra.numpy
import hypothesis.strategies
import numpy
import pytest
import sklearn.metrics

from sources.simulated_shop.truth import best_scores, mean_auc_per_request, share_of_top


@hypothesis.given(hypothesis.strategies.integers(0, 10_000), hypothesis.strategies.integers(2, 60))
@hypothesis.settings(max_examples=60)
def test_auc_per_request_is_the_mean_of_each_request_s(seed: int, rows: int) -> None:
    generator = numpy.random.default_rng(seed)
    request, clicked = generator.integers(0, 6, rows), generator.integers(0, 2, rows)
    score = generator.integers(0, 4, rows).astype(float)  # few values, so that there are ties
    each = [
        sklearn.metrics.roc_auc_score(clicked[request == one], score[request == one])
        for one in set(request.tolist())
        if len(set(clicked[request == one].tolist())) == 2
    ]
    found = mean_auc_per_request(clicked, request, score)
    assert found == pytest.approx(numpy.mean(each)) if each else numpy.isnan(found)


def test_expected_auc_is_the_mean_over_draws() -> None:
    generator = numpy.random.default_rng(0)
    chance = generator.beta(1, 8, 4_000)
    score = chance * generator.lognormal(0, 0.5, len(chance))
    request = numpy.arange(len(chance)) // 20
    draws = [
        sklearn.metrics.roc_auc_score((generator.random(len(chance)) < chance).astype(int), score) for _ in range(40)
    ]
    clicked = (generator.random(len(chance)) < chance).astype(int)
    expected = best_scores(clicked, request, chance, score)["auc_expected"]
    assert abs(expected - numpy.mean(draws)) < 4 * numpy.std(draws) / numpy.sqrt(len(draws))


def test_share_of_top() -> None:
    counts = numpy.array([0, 90, 1, 1, 1, 1, 1, 1, 1, 1, 2, 0])
    assert share_of_top(counts, 0.1) == pytest.approx(0.9)
