"""Metrics within one request, for all requests at once: ROC-AUC, NDCG, reciprocal rank, average precision."""

from __future__ import annotations

import dataclasses

import numpy

from components.evaluate_ranker.metrics import BoolArray, FloatArray, IntArray

TIE_SEED = 20230518
"""Equal scores are ordered at random, with this seed: logged order would leak what the page knew."""


@dataclasses.dataclass(frozen=True)
class RequestMetrics:
    """One value a request; NaN where the request cannot tell.

    Attributes:
        auc: ROC-AUC among the request's candidates [requests]; NaN unless both classes are there.
        ndcg: Normalized discounted cumulative gain at the cut [requests]; NaN without a click.
        reciprocal_rank: 1 / rank of the first click [requests]; NaN without a click.
        average_precision: Mean precision at each click [requests]; NaN without a click.
    """

    auc: FloatArray
    ndcg: FloatArray
    reciprocal_rank: FloatArray
    average_precision: FloatArray


def request_metrics(
    scores: FloatArray, clicked: BoolArray, requests: IntArray, request_count: int, cut: int = 10
) -> RequestMetrics:
    """Computes every per-request metric.

    NDCG: Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR techniques" (2002), gain 1 a click, discount
    1 / log2(rank + 1).

    Args:
        scores: Scores [rows].
        clicked: Labels [rows].
        requests: Index of each row's request [rows], in [0, request_count); rows of a request need not be adjacent.
        request_count: How many requests; those without a row get NaN.
        cut: The rank at which NDCG ends.
    """
    clicks = numpy.bincount(requests[clicked], minlength=request_count)
    rank = _ranks_from_best(scores, requests, request_count)
    some = numpy.where(clicks > 0, clicks, numpy.nan)

    discount = numpy.where(rank <= cut, 1 / numpy.log2(rank + 1), 0.0)
    gain = numpy.bincount(requests, clicked * discount, minlength=request_count)
    ideal = numpy.append(0.0, numpy.cumsum(1 / numpy.log2(numpy.arange(2, cut + 2))))
    best = ideal[numpy.minimum(clicks, cut)]

    first = numpy.full(request_count, numpy.inf)
    numpy.minimum.at(first, requests[clicked], rank[clicked])

    precision = _precision_at_clicks(rank, clicked, requests, clicks)
    average_precision = numpy.bincount(requests[clicked], precision, minlength=request_count) / some
    return RequestMetrics(
        auc=request_auc(scores, clicked, requests, request_count),
        ndcg=numpy.where(clicks > 0, gain / numpy.where(clicks > 0, best, 1), numpy.nan),
        reciprocal_rank=numpy.where(clicks > 0, 1 / first, numpy.nan),
        average_precision=average_precision,
    )


def request_auc(scores: FloatArray, clicked: BoolArray, requests: IntArray, request_count: int) -> FloatArray:
    """ROC-AUC within each request, ties counting one half [requests]; NaN unless both classes are there."""
    rows = numpy.bincount(requests, minlength=request_count)
    positives = numpy.bincount(requests[clicked], minlength=request_count)
    pairs = positives * (rows - positives)
    rank_sum = numpy.bincount(requests, request_midranks(scores, requests) * clicked, minlength=request_count)
    wins = rank_sum - positives * (positives + 1) / 2
    return numpy.where(pairs > 0, wins / numpy.where(pairs > 0, pairs, 1), numpy.nan)


def request_midranks(scores: FloatArray, requests: IntArray) -> FloatArray:
    """The rank of each row within its request, 1 for the smallest score; ties share their mean rank [rows]."""
    if len(scores) == 0:
        return numpy.zeros(0)
    rows = numpy.bincount(requests)
    order = numpy.lexsort((scores, requests))
    rank = numpy.arange(len(scores)) - (numpy.cumsum(rows) - rows)[requests[order]] + 1.0
    first_of_tie = numpy.append(True, (numpy.diff(scores[order]) != 0) | (numpy.diff(requests[order]) != 0))
    tie = numpy.cumsum(first_of_tie) - 1
    midranks = numpy.empty(len(scores))
    midranks[order] = (numpy.bincount(tie, rank) / numpy.bincount(tie))[tie]
    return midranks


def _ranks_from_best(scores: FloatArray, requests: IntArray, request_count: int) -> IntArray:
    """1 for the best candidate of each request [rows]."""
    tie_order = numpy.random.default_rng(TIE_SEED).permutation(len(scores))
    order = numpy.lexsort((tie_order, -scores, requests))
    rows = numpy.bincount(requests, minlength=request_count)
    rank = numpy.empty(len(scores), numpy.int64)
    rank[order] = numpy.arange(len(scores)) - (numpy.cumsum(rows) - rows)[requests[order]] + 1
    return rank


def _precision_at_clicks(rank: IntArray, clicked: BoolArray, requests: IntArray, clicks: IntArray) -> FloatArray:
    """Precision at the rank of each click [clicks], in the order of the clicked rows."""
    click_requests, click_ranks = requests[clicked], rank[clicked]
    order = numpy.lexsort((click_ranks, click_requests))
    before = (numpy.cumsum(clicks) - clicks)[click_requests[order]]
    precision = numpy.empty(len(order))
    precision[order] = (numpy.arange(len(order)) - before + 1) / click_ranks[order]
    return precision
