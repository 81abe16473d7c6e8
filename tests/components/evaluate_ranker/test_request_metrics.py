"""Per-request metrics agree with a plain loop over requests and scikit-learn."""

from __future__ import annotations

import math

import hypothesis
import hypothesis.strategies as strategies
import numpy
import pytest
import sklearn.metrics

from components.evaluate_ranker.metrics import BoolArray, FloatArray, IntArray
from components.evaluate_ranker.request_metrics import request_auc, request_metrics

Rows = tuple[FloatArray, BoolArray, IntArray, int]


@strategies.composite
def requests_of_rows(draw: strategies.DrawFn, ties: bool) -> Rows:
    """Up to 6 requests (some empty, some of one class) with their rows in any order."""
    count = draw(strategies.integers(1, 6))
    size = draw(strategies.integers(1, 60))
    generator = numpy.random.default_rng(draw(strategies.integers(0, 10**6)))
    scores = generator.integers(0, 5, size) / 5 if ties else generator.permutation(size) / size
    return scores, generator.random(size) < 0.4, generator.integers(0, count, size), count


@hypothesis.given(requests_of_rows(ties=True))
def test_auc_equals_a_loop_with_scikit_learn(rows: Rows) -> None:
    scores, clicked, requests, count = rows
    found = request_auc(scores, clicked, requests, count)
    for request in range(count):
        mask = requests == request
        if clicked[mask].any() and not clicked[mask].all():
            assert found[request] == pytest.approx(sklearn.metrics.roc_auc_score(clicked[mask], scores[mask]))
        else:
            assert numpy.isnan(found[request])


@hypothesis.given(requests_of_rows(ties=False))
def test_order_metrics_equal_a_loop(rows: Rows) -> None:
    scores, clicked, requests, count = rows
    found = request_metrics(scores, clicked, requests, count, cut=5)
    for request in range(count):
        mask = requests == request
        labels = clicked[mask][numpy.argsort(-scores[mask])]
        if not labels.any():
            values = (found.ndcg, found.reciprocal_rank, found.average_precision)
            assert all(numpy.isnan(of_requests[request]) for of_requests in values)
            continue
        places = numpy.flatnonzero(labels) + 1
        ideal = sum(1 / math.log2(place + 1) for place in range(1, min(len(places), 5) + 1))
        gain = sum(1 / math.log2(place + 1) for place in places if place <= 5)
        assert found.ndcg[request] == pytest.approx(gain / ideal)
        assert found.reciprocal_rank[request] == pytest.approx(1 / places[0])
        expected = sklearn.metrics.average_precision_score(clicked[mask], scores[mask])
        assert found.average_precision[request] == pytest.approx(expected)


def test_order_metrics_by_hand() -> None:
    """Clicks at places 2 and 3 of 3."""
    scores, clicked = numpy.array([0.9, 0.5, 0.1]), numpy.array([False, True, True])
    found = request_metrics(scores, clicked, numpy.zeros(3, numpy.int64), 1)
    gain, ideal = 1 / math.log2(3) + 1 / 2, 1 + 1 / math.log2(3)
    assert found.auc[0] == 0
    assert found.ndcg[0] == pytest.approx(gain / ideal)
    assert found.reciprocal_rank[0] == pytest.approx(1 / 2)
    assert found.average_precision[0] == pytest.approx((1 / 2 + 2 / 3) / 2)


def test_a_constant_scorer_gains_nothing_from_the_logged_order() -> None:
    """Every first row is clicked; if ties kept the logged order, the reciprocal rank would be 1."""
    requests = numpy.repeat(numpy.arange(500), 10)
    clicked = numpy.tile(numpy.arange(10) == 0, 500)
    found = request_metrics(numpy.zeros(5000), clicked, requests, 500)
    harmonic = numpy.mean(1 / numpy.arange(1, 11))
    assert found.reciprocal_rank.mean() == pytest.approx(harmonic, abs=0.04)
    assert found.auc == pytest.approx(numpy.full(500, 0.5))
