"""How well a scorer ranks when the truth is known: ROC-AUC pooled, in expectation, and within requests."""

from __future__ import annotations

import numpy
import sklearn.metrics

from sources.simulated_shop.impressions import Floats, Integers


def best_scores(clicked: Integers, request: Integers, click_probability: Floats, score: Floats) -> dict[str, float]:
    """ROC-AUC of one scorer.

    Args:
        clicked: 0 or 1 [rows].
        request: Rows of one request are neighbours [rows].
        click_probability: The truth [rows].
        score: What the scorer says [rows].

    Returns:
        `auc`: on the clicks that were drawn; `auc_expected`: over all draws of clicks from the truth;
        `auc_per_request`: mean over the requests that have both a click and a view without.
    """
    both = numpy.concatenate([numpy.ones(len(score)), numpy.zeros(len(score))])
    weight = numpy.concatenate([click_probability, 1 - click_probability])
    return {
        "auc": float(sklearn.metrics.roc_auc_score(clicked, score)),
        "auc_expected": float(sklearn.metrics.roc_auc_score(both, numpy.tile(score, 2), sample_weight=weight)),
        "auc_per_request": mean_auc_per_request(clicked, request, score),
    }


def mean_auc_per_request(clicked: Integers, request: Integers, score: Floats) -> float:
    """Mean ROC-AUC over the requests with both classes, by the rank-sum formula (Mann & Whitney 1947); ties count half.

    Args:
        clicked: 0 or 1 [rows].
        request: Any number for each request [rows].
        score: [rows].
    """
    order = numpy.lexsort((score, request))
    clicked, request, score = clicked[order], request[order], score[order]
    first = numpy.flatnonzero(numpy.diff(request, prepend=request[0] - 1))
    size = numpy.diff(numpy.append(first, len(request)))
    rank = numpy.arange(len(request)) - numpy.repeat(first, size)
    tied = numpy.flatnonzero((numpy.diff(request, prepend=-1) != 0) | (numpy.diff(score, prepend=numpy.nan) != 0))
    tied_size = numpy.diff(numpy.append(tied, len(request)))
    rank = numpy.repeat(rank[tied] + (tied_size - 1) / 2, tied_size)
    clicks = numpy.add.reduceat(clicked, first)
    rank_sum = numpy.add.reduceat(rank * clicked, first)
    both = (clicks > 0) & (clicks < size)
    clicks, size, rank_sum = clicks[both], size[both], rank_sum[both]
    auc = (rank_sum - clicks * (clicks - 1) / 2) / (clicks * (size - clicks))
    return float(auc.mean()) if len(auc) else float("nan")


def share_of_top(counts: Integers, top: float) -> float:
    """The share of all that falls on the most frequent `top` part of those that occur at all."""
    ordered = numpy.sort(counts[counts > 0])[::-1]
    return float(ordered[: max(1, round(top * len(ordered)))].sum() / max(ordered.sum(), 1))
