"""ROC-AUC of scored links by slice, against scikit-learn and a bootstrap written out as loops."""

from __future__ import annotations

import numpy
import pytest
import sklearn.metrics

from components.evaluate_ranker.link_auc import ScoredLinks, link_auc
from components.evaluate_ranker.metrics import BoolArray
from components.evaluate_ranker.settings import EvaluationSettings

LINKS, SLATE, USERS = 600, 6, 12


def scored_links(seed: int = 0) -> ScoredLinks:
    """Links of requests of six whose scores tell a little."""
    generator = numpy.random.default_rng(seed)
    clicked = generator.random(LINKS) < 0.3
    score = numpy.round(10 * generator.normal(size=LINKS) + 7 * clicked).astype(numpy.float64)  # with ties
    request_users = generator.integers(0, USERS, LINKS // SLATE)
    request_users[:USERS] = numpy.arange(USERS)
    requests = numpy.arange(LINKS) // SLATE
    return ScoredLinks(score, clicked, request_users[requests], requests, request_users)


def slow_auc_per_request(links: ScoredLinks, mask: BoolArray) -> float:
    values = []
    for request in range(len(links.request_users)):
        rows = mask & (links.requests == request)
        if 0 < links.clicked[rows].sum() < rows.sum():
            values.append(sklearn.metrics.roc_auc_score(links.clicked[rows], links.score[rows]))
    return float(numpy.mean(values))


def test_every_part_is_measured_on_its_own_links() -> None:
    links = scored_links()
    mask = numpy.arange(LINKS) % 3 > 0
    told = link_auc(links, {"some": mask}, EvaluationSettings(resamples=20))
    for scope, rows in ((told, mask | True), (told["slices"]["some"], mask)):
        expected = sklearn.metrics.roc_auc_score(links.clicked[rows], links.score[rows])
        assert scope["auc"] == pytest.approx(expected)
        assert scope["auc_per_request"] == pytest.approx(slow_auc_per_request(links, rows))
        assert (scope["candidates"], scope["clicks"]) == (rows.sum(), links.clicked[rows].sum())


def test_intervals_come_from_whole_users() -> None:
    """Users drawn in a loop, with all their links each time; 400 resamples by either way agree within their noise."""
    links = scored_links()
    told = link_auc(links, {}, EvaluationSettings(resamples=400, level=0.9))
    generator = numpy.random.default_rng(5)
    values = []
    for _ in range(400):
        drawn = generator.integers(0, USERS, USERS)
        rows = numpy.concatenate([numpy.flatnonzero(links.users == user) for user in drawn])
        values.append(sklearn.metrics.roc_auc_score(links.clicked[rows], links.score[rows]))
    low, high = numpy.quantile(values, [0.05, 0.95])
    found = told["intervals"]["auc"]
    assert [found["low"], found["high"]] == pytest.approx([low, high], abs=0.15 * (high - low))


def test_too_few_clicks_give_no_number() -> None:
    links = scored_links()
    few = numpy.zeros(LINKS, numpy.bool_)
    few[:20] = True
    scope = link_auc(links, {"few": few}, EvaluationSettings(resamples=20))["slices"]["few"]
    assert numpy.isnan([scope["auc"], scope["auc_per_request"], scope["intervals"]["auc"]["low"]]).all()
    assert scope["candidates"] == 20
