"""The share of the possible that the network's links reach, overall and on each slice, recomputed by hand."""

from __future__ import annotations

import numpy
import pytest
import sklearn.metrics

from components.evaluate_ranker.link_auc import ScoredLinks, link_auc
from components.evaluate_ranker.network_truth import network_truth
from components.evaluate_ranker.settings import EvaluationSettings

LINKS, SLATE = 800, 8


@pytest.mark.parametrize(("encoder", "metric"), [("contrast", "auc_per_request"), ("sage", "auc")])
def test_share_reached_by_slice(encoder: str, metric: str) -> None:
    generator = numpy.random.default_rng(1)
    logit = generator.normal(size=LINKS)
    clicked = generator.random(LINKS) < 1 / (1 + numpy.exp(1 - 2 * logit))
    requests = numpy.arange(LINKS) // SLATE
    request_users = numpy.arange(LINKS // SLATE) % 9
    links = ScoredLinks(logit + generator.normal(size=LINKS), clicked, request_users[requests], requests, request_users)
    new = numpy.arange(LINKS) % 4 == 0
    measured = link_auc(links, {"new_content": new}, EvaluationSettings(resamples=10))
    truth = network_truth(links, {"new_content": new}, logit, {**measured, "encoder": encoder})
    assert truth["goal_metric"] == metric
    assert {name: part["goal"] for name, part in truth["parts"].items()} == {"all": 0.85, "new_content": 0.6}
    for name, rows in (("all", new | True), ("new_content", new)):
        part = truth["parts"][name]
        best, reached = (sklearn.metrics.roc_auc_score(clicked[rows], each[rows]) for each in (logit, links.score))
        assert part["best_possible"]["auc"] == pytest.approx(best)
        assert part["share_reached"]["auc"] == pytest.approx((reached - 0.5) / (best - 0.5))
        assert 0.3 < part["share_reached"]["auc_per_request"] < 1


def test_a_coin_flip_slice_has_no_share() -> None:
    generator = numpy.random.default_rng(1)
    requests = numpy.arange(400) // 4
    links = ScoredLinks(
        generator.normal(size=400), generator.random(400) < 0.5, requests % 7, requests, numpy.arange(100) % 7
    )
    measured = link_auc(links, {}, EvaluationSettings(resamples=10))
    truth = network_truth(links, {}, numpy.zeros(400), {**measured, "encoder": "contrast"})
    assert numpy.isnan(list(truth["parts"]["all"]["share_reached"].values())).all()
