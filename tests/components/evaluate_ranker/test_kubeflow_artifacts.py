"""What the server shows of a run is what the evaluation measured."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy
import pyarrow.parquet
import pytest
from kfp import dsl

from components.evaluate_ranker.kubeflow_artifacts import (
    CATEGORIES,
    ShownEvaluation,
    confusion_matrix,
    roc_points,
    shown_evaluation,
    verdict_markdown,
)
from components.evaluate_ranker.metrics import roc_auc
from tests.components.evaluate_ranker.conftest import TinyRun


@pytest.fixture(scope="module")
def shown(tiny_run: TinyRun) -> ShownEvaluation:
    return shown_evaluation(tiny_run.evaluation)


def _body(run: TinyRun) -> dict[str, Any]:
    body: dict[str, Any] = json.loads((run.evaluation / "evaluation.json").read_text())
    return body


def test_metrics_are_those_of_the_evaluation_and_finite(tiny_run: TinyRun, shown: ShownEvaluation) -> None:
    body = _body(tiny_run)
    assert shown.metrics["with_graph_auc"] == body["rankers"]["with_graph"]["auc"]
    assert shown.metrics["lift_auc_low"] == body["lift"]["auc"]["low"]
    assert shown.metrics["blessed"] == body["verdict"]["blessed"]
    assert all(math.isfinite(value) for value in shown.metrics.values())


def test_the_curve_has_the_area_that_was_measured(tiny_run: TinyRun, shown: ShownEvaluation) -> None:
    assert shown.roc is not None
    table = pyarrow.parquet.read_table(tiny_run.evaluation / "scores.parquet")
    measured = roc_auc(table["with_graph/seed=1"].to_numpy(), table["clicked"].to_numpy())
    area = numpy.trapezoid(shown.roc.true_positive_rate, shown.roc.false_positive_rate)
    assert area == pytest.approx(measured, abs=0.01)
    assert numpy.all(numpy.diff(shown.roc.threshold) <= 0)
    # A server's page takes no infinity and no tens of thousands of points.
    assert len(shown.roc.threshold) <= 102
    assert json.dumps(vars(shown.roc), allow_nan=False)


def test_points_of_the_curve_are_shares_at_their_thresholds() -> None:
    generator = numpy.random.default_rng(5)
    scores = generator.integers(0, 20, 500) / 20
    clicked = generator.random(500) < scores
    points = roc_points(scores, clicked, points=7)
    assert len(points.threshold) == 8
    for place, threshold in list(enumerate(points.threshold))[1:]:
        assert points.true_positive_rate[place] == (scores[clicked] >= threshold).mean()
        assert points.false_positive_rate[place] == (scores[~clicked] >= threshold).mean()
    assert (points.false_positive_rate[-1], points.true_positive_rate[-1]) == (1, 1)


def test_as_many_clicks_are_predicted_as_there_were() -> None:
    scores = numpy.array([0.9, 0.8, 0.3, 0.2, 0.1])
    clicked = numpy.array([True, False, True, False, False])
    assert confusion_matrix(scores, clicked) == [[2, 1], [1, 1]]


def test_the_matrix_counts_every_row(tiny_run: TinyRun, shown: ShownEvaluation) -> None:
    body = _body(tiny_run)
    assert shown.confusion is not None
    assert sum(map(sum, shown.confusion)) == body["candidates"]
    assert sum(shown.confusion[1]) == sum(row[1] for row in shown.confusion) == body["clicks"]


def test_the_verdict_names_every_check_and_every_reason(tiny_run: TinyRun, shown: ShownEvaluation) -> None:
    verdict = _body(tiny_run)["verdict"]
    assert shown.verdict == verdict_markdown(verdict)
    assert shown.verdict.startswith(f"# {verdict['outcome'].capitalize()}\n")
    for check in verdict["checks"]:
        assert f"| {check['question']} |" in shown.verdict
    for reason in verdict["reasons"]:
        assert f"- {reason}" in shown.verdict


def test_the_page_is_the_report_in_one_piece(shown: ShownEvaluation) -> None:
    assert shown.page.lower().startswith("<!doctype html>")
    assert "data:image" in shown.page


def test_kfp_takes_the_curve_and_the_matrix(shown: ShownEvaluation) -> None:
    assert shown.roc is not None
    assert shown.confusion is not None
    artifact = dsl.ClassificationMetrics()
    artifact.log_roc_curve(shown.roc.false_positive_rate, shown.roc.true_positive_rate, shown.roc.threshold)
    artifact.log_confusion_matrix(list(CATEGORIES), shown.confusion)
    assert len(artifact.metadata["confidenceMetrics"]) == len(shown.roc.threshold)
    assert artifact.metadata["confusionMatrix"]["rows"][1] == {"row": shown.confusion[1]}
