"""The curve of diversity: nothing is lost at 0, and what is lost beyond it is what a page in that order would lose."""

from __future__ import annotations

from typing import Any

import numpy
import pytest

from components.evaluate_ranker.catalogue import Catalogue
from components.evaluate_ranker.diversity_curve import DIVERSITIES, diversity_curve
from components.evaluate_ranker.metrics import FloatArray, IntArray
from components.evaluate_ranker.page_requests import PageRequest
from components.evaluate_ranker.record_columns import RecordColumns
from serving.re_ranking import Candidates, re_rank
from tests.components.evaluate_ranker.conftest import tiny_settings

CONTENTS, SLATE, REQUESTS = 30, 6, 200


def small_catalogue() -> Catalogue:
    """Contents in three groups of alike embeddings; the relevant ones are all of the first."""
    generator = numpy.random.default_rng(0)
    directions = numpy.eye(3)[numpy.arange(CONTENTS) // 10] + generator.normal(scale=0.05, size=(CONTENTS, 3))
    unit = directions / numpy.linalg.norm(directions, axis=1, keepdims=True)
    return Catalogue(
        ids=numpy.array([f"c{number}" for number in range(CONTENTS)]),
        visible_from=numpy.zeros(CONTENTS, numpy.int64),
        views=numpy.ones(CONTENTS),
        click_rate=numpy.ones(CONTENTS),
        articles=unit,
        embeddings=unit,
    )


def relevance(_: PageRequest, visible: IntArray) -> Any:
    return (-visible).astype(numpy.float32)


@pytest.fixture(scope="module")
def slates() -> tuple[RecordColumns, FloatArray]:
    """Slates of contents that the catalogue knows and of some that it does not, with their probabilities."""
    generator = numpy.random.default_rng(1)
    requests = numpy.repeat(numpy.arange(REQUESTS), SLATE)
    users = numpy.arange(REQUESTS) % 15
    content = numpy.concatenate([generator.permutation(CONTENTS + 5)[:SLATE] for _ in range(REQUESTS)])
    probabilities = generator.random(len(requests))
    clicked = generator.random(len(requests)) < probabilities
    values = {"content_id": numpy.array([f"c{number}" for number in content])}
    return RecordColumns(requests, users[requests], users, clicked, values), probabilities


@pytest.fixture(scope="module")
def curve(slates: tuple[RecordColumns, FloatArray]) -> list[dict[str, Any]]:
    pages = [PageRequest(user=number % 3, timestamp=1, inputs={}) for number in range(4)]
    return diversity_curve(relevance, pages, *slates, small_catalogue(), CONTENTS, tiny_settings(page_length=6))


def test_relevance_alone_loses_nothing(curve: list[dict[str, Any]]) -> None:
    for metric in ("auc_per_request", "ndcg_at_10"):
        assert curve[0][metric] == {"value": 0.0, "low": 0.0, "high": 0.0}


def test_pages_vary_more_and_show_more_of_the_catalogue(curve: list[dict[str, Any]]) -> None:
    assert [point["diversity"] for point in curve] == list(DIVERSITIES)
    assert curve[0]["audience_diversity"]["value"] < 0.1, "the most relevant are all alike"
    assert curve[-1]["audience_diversity"]["value"] > 0.5, "of three groups"
    assert curve[0]["coverage"] == 6 / CONTENTS


def test_what_is_lost_is_that_of_the_new_order(
    curve: list[dict[str, Any]], slates: tuple[RecordColumns, FloatArray]
) -> None:
    """ROC-AUC per request once more, pair by pair."""
    columns, probabilities = slates
    catalogue = small_catalogue()
    known = dict(zip(catalogue.ids.tolist(), catalogue.embeddings, strict=True))

    def auc(diversity: float) -> float:
        found = []
        for request in range(REQUESTS):
            rows = numpy.flatnonzero(columns.requests == request)
            ids = columns.values["content_id"][rows]
            vectors = numpy.array([known.get(content, numpy.zeros(3)) for content in ids])
            order = re_rank(Candidates(ids.tolist(), probabilities[rows], vectors), SLATE, diversity).tolist()
            clicked = columns.clicked[rows][order]
            pairs = [(i < j) for i in range(SLATE) for j in range(SLATE) if clicked[i] and not clicked[j]]
            found.extend([numpy.mean(pairs)] if pairs else [])
        return float(numpy.mean(found))

    for point in curve:
        lost = point["auc_per_request"]
        assert lost["value"] == pytest.approx(100 * (auc(point["diversity"]) - auc(0.0)))
        assert lost["low"] <= lost["value"] <= lost["high"]
    assert curve[-1]["auc_per_request"]["high"] < 0
