"""Coverage, novelty and diversity of the pages that each ranker would fill."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy

from components.evaluate_ranker.bootstrap import mean_value
from components.evaluate_ranker.catalogue import Catalogue, read_catalogue
from components.evaluate_ranker.comparison import WITH
from components.evaluate_ranker.diversity_curve import OF_A_PAGE as DIVERSITY_METRICS
from components.evaluate_ranker.diversity_curve import diversity_curve
from components.evaluate_ranker.measurement import Measurement, mean_of_known
from components.evaluate_ranker.metrics import FloatArray, IntArray
from components.evaluate_ranker.page_metrics import coverage, diversity, novelty, share_with_vector
from components.evaluate_ranker.page_requests import page_requests, read_earlier_records, sampled_requests
from components.evaluate_ranker.paired_comparison import PairedComparison
from components.evaluate_ranker.ranked_pages import EMPTY, Scores, model_scores, ranked_pages
from components.evaluate_ranker.record_columns import RecordColumns
from components.evaluate_ranker.record_selection import select_requests
from components.evaluate_ranker.settings import EvaluationSettings
from schemas.example_artifact import ExampleArtifact

POPULARITY = "popularity"
OF_A_PAGE = ("novelty", *DIVERSITY_METRICS)
PAGES = "pages"


def beyond_accuracy(
    examples: ExampleArtifact,
    test: RecordColumns,
    saved_models: Mapping[str, Path],
    probabilities: FloatArray,
    popularity_feature: str,
    settings: EvaluationSettings,
) -> dict[str, Any]:
    """Lets each ranker fill pages for the same test requests, from everything visible then, before any re-ranking.

    Args:
        examples: The examples, whose serving tables are the catalogue.
        test: Their test records with PAGE_FEATURES.
        saved_models: The exports by ranker.
        probabilities: What WITH, as when serving, gives the test's candidates [rows].
        popularity_feature: What popularity ranks by.
        settings: How many requests, how long a page, resamples.

    Returns:
        `page_length`, `shortest_page`, `requests`, `users`, `visible_contents`, and by ranker, POPULARITY included,
        `coverage` and `with_articles` (shares), and with their intervals `novelty` (bits), `article_diversity` and
        `audience_diversity` (0 to 2): between the contents' articles, and between the graph's embeddings; and
        `re_ranking` of WITH, see diversity_curve, None where it cannot fill pages.
    """
    earlier = read_earlier_records(examples)
    catalogue = read_catalogue(examples, (*earlier, test), popularity_feature)
    chosen = sampled_requests(test, settings.page_requests, settings.seed)
    requests = page_requests(examples, test, earlier, chosen)
    rankers: dict[str, Scores | None] = {POPULARITY: lambda _, visible: catalogue.click_rate[visible].astype("float32")}
    rankers |= {name: model_scores(path, catalogue) for name, path in saved_models.items()}
    pages = {
        name: ranked_pages(scores, requests, catalogue, settings.page_length, name.replace("_", " "))
        for name, scores in rankers.items()
        if scores is not None
    }
    users = numpy.array([request.user for request in requests])
    visible = int((catalogue.visible_from <= max(request.timestamp for request in requests)).sum())
    filled = pages[POPULARITY] != EMPTY
    ranker = rankers.get(WITH)
    drawn = numpy.zeros(test.request_count, numpy.bool_)
    drawn[sampled_requests(test, settings.re_ranked_slates, settings.seed)] = True
    slates, of_slates = select_requests(test, drawn), probabilities[drawn[test.requests]]
    return {
        "page_length": settings.page_length,
        "shortest_page": int(filled.sum(axis=1).min()),
        "requests": len(requests),
        "users": len(numpy.unique(users)),
        "visible_contents": visible,
        "rankers": _told(pages, catalogue, visible, users, settings),
        "re_ranked_slates": slates.request_count,
        "re_ranking": None
        if ranker is None
        else diversity_curve(ranker, requests, slates, of_slates, catalogue, visible, settings),
    }


def _told(
    pages: Mapping[str, IntArray], catalogue: Catalogue, visible: int, users: IntArray, settings: EvaluationSettings
) -> dict[str, Any]:
    """Values and intervals by ranker."""
    names, index = numpy.unique(users, return_inverse=True)
    measured = {}
    for name, of_ranker in pages.items():
        values = {
            "novelty": novelty(of_ranker, catalogue.views),
            "article_diversity": diversity(of_ranker, catalogue.articles),
            "audience_diversity": diversity(of_ranker, catalogue.embeddings),
        }
        measured[PAGES, name] = Measurement(
            {metric: mean_of_known(found) for metric, found in values.items()},
            {metric: mean_value(found, index, len(names)) for metric, found in values.items()},
        )
    comparison = PairedComparison(measured, len(names), settings)
    return {
        name: {
            "coverage": coverage(of_ranker, visible),
            "with_articles": share_with_vector(of_ranker, catalogue.articles),
            **{
                metric: {
                    "value": measured[PAGES, name].metrics[metric],
                    **comparison.interval(PAGES, name, metric),
                }
                for metric in OF_A_PAGE
            },
        }
        for name, of_ranker in pages.items()
    }
