"""What re-ranking for diversity buys and costs: pages that vary more, against clicks that stand lower."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy
from tqdm import tqdm

from components.evaluate_ranker.bootstrap import mean_value
from components.evaluate_ranker.catalogue import Catalogue
from components.evaluate_ranker.measurement import Measurement, mean_of_known
from components.evaluate_ranker.metrics import FloatArray, IntArray
from components.evaluate_ranker.page_metrics import coverage, diversity
from components.evaluate_ranker.page_requests import PageRequest
from components.evaluate_ranker.paired_comparison import PairedComparison
from components.evaluate_ranker.ranked_pages import EMPTY, Scores
from components.evaluate_ranker.record_columns import RecordColumns
from components.evaluate_ranker.request_metrics import request_metrics
from components.evaluate_ranker.settings import EvaluationSettings
from serving.re_ranking import Candidates, re_rank

DIVERSITIES = (0.0, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9)
OF_A_PAGE = ("article_diversity", "audience_diversity")
OF_A_SLATE = ("auc_per_request", "ndcg_at_10")
ALL = "all"


def diversity_curve(
    scores: Scores,
    requests: Sequence[PageRequest],
    slates: RecordColumns,
    probabilities: FloatArray,
    catalogue: Catalogue,
    visible_contents: int,
    settings: EvaluationSettings,
) -> list[dict[str, Any]]:
    """Re-ranks the same pages, and the same logged slates, at each of DIVERSITIES, as the client would.

    Pages are filled from everything visible; whether their contents would have been clicked nobody knows. What is lost
    is measured on logged slates instead, all of whose places are filled anew.

    Args:
        scores: The ranker's answers.
        requests: Whose pages.
        slates: Logged requests with `content_id`.
        probabilities: Their click probabilities, as when serving [rows].
        catalogue: The contents, whose embeddings tell what is alike.
        visible_contents: How many contents could have been shown.
        settings: Length of a page, resamples.

    Returns:
        By diversity, from 0: `diversity`, `coverage`, the pages' OF_A_PAGE with their intervals, and how many
        percentage points the slates' OF_A_SLATE lie above those at 0, with intervals.
    """
    visible = [numpy.flatnonzero(catalogue.visible_from <= request.timestamp) for request in requests]
    # What is no number counts as 0 here, as for the other metrics; the verdict refuses such a ranker.
    answers = [numpy.nan_to_num(scores(request, rows)) for request, rows in zip(requests, visible, strict=True)]
    names, users = numpy.unique([request.user for request in requests], return_inverse=True)
    rows = _catalogue_rows(catalogue, slates)
    pages: dict[str, IntArray] = {}
    of_pages: dict[tuple[str, str], Measurement] = {}
    of_slates: dict[tuple[str, str], Measurement] = {}
    for value in tqdm(DIVERSITIES, desc="re-ranking", unit="diversity"):
        name = str(value)
        pages[name] = _pages(answers, visible, catalogue, settings.page_length, value)
        of_pages[ALL, name] = _of_pages(pages[name], catalogue, users)
        of_slates[ALL, name] = _of_slates(_places(rows, probabilities, slates, catalogue, value), slates)
    varied = PairedComparison(of_pages, len(names), settings)
    lost = PairedComparison(of_slates, slates.user_count, settings)
    return [
        {
            "diversity": value,
            "coverage": coverage(pages[str(value)], visible_contents),
            **{
                metric: {
                    "value": of_pages[ALL, str(value)].metrics[metric],
                    **varied.interval(ALL, str(value), metric),
                }
                for metric in OF_A_PAGE
            },
            **{metric: lost.difference(ALL, str(value), str(DIVERSITIES[0]), metric) for metric in OF_A_SLATE},
        }
        for value in DIVERSITIES
    ]


def _pages(
    answers: Sequence[Any], visible: Sequence[IntArray], catalogue: Catalogue, length: int, value: float
) -> IntArray:
    """Rows of the catalogue by page, EMPTY where fewer are visible [requests, length]."""
    pages = numpy.full((len(answers), length), EMPTY)
    for number, (relevance, rows) in enumerate(zip(answers, visible, strict=True)):
        chosen = re_rank(Candidates(catalogue.ids[rows].tolist(), relevance, catalogue.embeddings[rows]), length, value)
        pages[number, : len(chosen)] = rows[chosen]
    return pages


def _places(
    rows: IntArray, probabilities: FloatArray, slates: RecordColumns, catalogue: Catalogue, value: float
) -> FloatArray:
    """The place of every candidate of the logged slates after re-ranking, 0 at the top [rows].

    A content that stands in a slate twice is placed once; its further rows come last.
    """
    embeddings = numpy.concatenate([catalogue.embeddings, numpy.zeros_like(catalogue.embeddings[:1])])[rows]
    ids = slates.values["content_id"]
    order = numpy.argsort(slates.requests, kind="stable")
    ends = numpy.cumsum(numpy.bincount(slates.requests, minlength=slates.request_count))
    places = numpy.empty(len(ids))
    for members in numpy.split(order, ends[:-1]):
        places[members] = len(members)
        candidates = Candidates(ids[members].tolist(), probabilities[members], embeddings[members])
        chosen = re_rank(candidates, max(1, len(members)), value)
        places[members[chosen]] = numpy.arange(len(chosen))
    return places


def _of_pages(pages: IntArray, catalogue: Catalogue, users: IntArray) -> Measurement:
    values = {
        "article_diversity": diversity(pages, catalogue.articles),
        "audience_diversity": diversity(pages, catalogue.embeddings),
    }
    return Measurement(
        {name: mean_of_known(found) for name, found in values.items()},
        {name: mean_value(found, users, int(users.max()) + 1) for name, found in values.items()},
    )


def _of_slates(places: FloatArray, slates: RecordColumns) -> Measurement:
    found = request_metrics(-places, slates.clicked, slates.requests, slates.request_count)
    values = {"auc_per_request": found.auc, "ndcg_at_10": found.ndcg}
    return Measurement(
        {name: mean_of_known(of_requests) for name, of_requests in values.items()},
        {
            name: mean_value(of_requests, slates.request_users, slates.user_count)
            for name, of_requests in values.items()
        },
    )


def _catalogue_rows(catalogue: Catalogue, slates: RecordColumns) -> IntArray:
    """The row of each candidate's content, the one after the last where the catalogue lacks it [rows]."""
    row_of = {content: row for row, content in enumerate(catalogue.ids.tolist())}
    contents, number = numpy.unique(slates.values["content_id"].astype(numpy.str_), return_inverse=True)
    rows = numpy.array([row_of.get(content, len(row_of)) for content in contents.tolist()], numpy.int64)
    of_candidates: IntArray = rows[number]
    return of_candidates
