"""What a page is worth beyond its clicks: how much of the catalogue is shown, how little known and how varied it is."""

from __future__ import annotations

import numpy

from components.evaluate_ranker.metrics import FloatArray, IntArray
from components.evaluate_ranker.ranked_pages import EMPTY


def coverage(pages: IntArray, visible_contents: int) -> float:
    """The share of the visible contents that stand on at least one page.

    Ge, Delgado-Battenfeld and Jannach, "Beyond accuracy: evaluating recommender systems by coverage and serendipity"
    (2010), section 3. It grows with the number of pages; compare it at the same number only. No interval: a resample
    of users holds only 63 % of them and thus always fewer contents.

    Args:
        pages: Rows of the catalogue, EMPTY where there is none [requests, length].
        visible_contents: How many contents could have been shown.
    """
    shown = len(numpy.unique(pages[pages != EMPTY]))
    return shown / visible_contents if visible_contents else float("nan")


def novelty(pages: IntArray, views: FloatArray) -> FloatArray:
    """The mean self-information of each page's contents, in bits [requests].

    -log2 of the share of all views that went to the content (Vargas and Castells, "Rank and relevance in novelty and
    diversity metrics for recommender systems" (2011), free discovery, without discounts by rank and relevance); every
    content counts one view more than it had, so that the unseen is finite.

    Args:
        pages: Rows of the catalogue, EMPTY where there is none [requests, length].
        views: Of each content [contents].
    """
    information = -numpy.log2((views + 1) / (views + 1).sum())
    kept = pages != EMPTY
    total = numpy.where(kept, information[pages], 0).sum(axis=1)
    return _divided(total, kept.sum(axis=1))


def diversity(pages: IntArray, vectors: FloatArray) -> FloatArray:
    """The mean distance (1 - cosine) of all pairs of contents of a page [requests]; NaN with fewer than two.

    The complement of Ziegler and others' intra-list similarity, "Improving recommendation lists through topic
    diversification" (2005), section 3.3. With unit vectors the sum over pairs needs no pairs: |sum of vectors|^2 - n.

    Args:
        pages: Rows of the catalogue, EMPTY where there is none [requests, length].
        vectors: Unit vectors [contents, size]; contents with zeros are left out.
    """
    known = (pages != EMPTY) & (numpy.abs(vectors).sum(axis=1) > 0)[pages]
    count = known.sum(axis=1)
    total = numpy.einsum("rl,rld->rd", known.astype(numpy.float64), vectors[pages])  # [requests, size]
    similarity = _divided((total**2).sum(axis=1) - count, count * (count - 1))
    return 1 - similarity


def share_with_vector(pages: IntArray, vectors: FloatArray) -> float:
    """The share of all places whose content has a vector, so that diversity can speak of it; NaN without a place.

    Args:
        pages: Rows of the catalogue, EMPTY where there is none [requests, length].
        vectors: Of each content [contents, size].
    """
    known = numpy.abs(vectors).sum(axis=1) > 0
    shown = pages[pages != EMPTY]
    return float(known[shown].mean()) if len(shown) else float("nan")


def _divided(sums: FloatArray, counts: IntArray) -> FloatArray:
    return numpy.where(counts > 0, sums / numpy.where(counts > 0, counts, 1), numpy.nan)
