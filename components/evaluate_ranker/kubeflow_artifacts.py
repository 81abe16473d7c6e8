"""What a Kubeflow server shows of an evaluation by itself: figures, a ROC curve, a confusion matrix, the verdict."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy
import pyarrow.parquet

from components.evaluate_ranker.comparison import WITH
from components.evaluate_ranker.metrics import BoolArray, FloatArray
from components.evaluate_ranker.report import report_page
from components.evaluate_ranker.score_table import SCORES_FILE

CATEGORIES = ("no click", "click")
METRICS = ("auc", "auc_per_request", "ndcg_at_10", "log_loss", "ece", "predicted_over_observed")
LIFTS = ("auc", "auc_per_request")


@dataclasses.dataclass(frozen=True)
class RocPoints:
    """A ROC curve with the thresholds that give it.

    Attributes:
        false_positive_rate: Share of the rows without a click at or above each threshold [points].
        true_positive_rate: Share of the clicks at or above it [points].
        threshold: Probabilities, falling [points].
    """

    false_positive_rate: list[float]
    true_positive_rate: list[float]
    threshold: list[float]


@dataclasses.dataclass(frozen=True)
class ShownEvaluation:
    """An evaluation artifact as a server shows it.

    Attributes:
        metrics: Figures by name, all finite.
        roc: Of the seed that would be pushed; None where one class is missing.
        confusion: Rows of [no click, click], columns the same as predicted, where as many rows are predicted to be
            clicked as were: those of the highest probability; None as for `roc`.
        verdict: In Markdown.
        page: The report in HTML, in one piece.
    """

    metrics: dict[str, float]
    roc: RocPoints | None
    confusion: list[list[int]] | None
    verdict: str
    page: str


def shown_evaluation(evaluation: Path) -> ShownEvaluation:
    """Reads what a server shows.

    Args:
        evaluation: The evaluation artifact.
    """
    body = json.loads((evaluation / "evaluation.json").read_text(encoding="utf-8"))
    curves = json.loads((evaluation / "plots.json").read_text(encoding="utf-8"))
    seed = f"{WITH}/seed={body['seeds'][0]}"
    table = pyarrow.parquet.read_table(evaluation / SCORES_FILE, columns=["clicked", seed])
    clicked, scores = table["clicked"].to_numpy().astype(bool), table[seed].to_numpy()
    both_classes = bool(clicked.any() and not clicked.all())
    return ShownEvaluation(
        metrics=dict(_metrics(body)),
        roc=roc_points(scores, clicked) if both_classes else None,
        confusion=confusion_matrix(scores, clicked) if both_classes else None,
        verdict=verdict_markdown(body["verdict"]),
        page=report_page({**body, "steps": []}, curves),
    )


def roc_points(scores: FloatArray, clicked: BoolArray, points: int = 101) -> RocPoints:
    """The ROC curve at thresholds that are evenly spaced in rank.

    Args:
        scores: Probabilities [rows], both classes present.
        clicked: Labels [rows].
        points: How many at most, besides the first, above which no row lies.
    """
    order = numpy.argsort(-scores, kind="stable")
    falling, hits = scores[order], clicked[order]
    last_of_tie = numpy.flatnonzero(numpy.append(numpy.diff(falling) != 0, True))
    chosen = last_of_tie[numpy.unique(numpy.linspace(0, len(last_of_tie) - 1, points).round().astype(int))]
    true_positives, false_positives = numpy.cumsum(hits)[chosen], numpy.cumsum(~hits)[chosen]
    return RocPoints(
        [0.0, *(false_positives / (~hits).sum()).tolist()],
        [0.0, *(true_positives / hits.sum()).tolist()],
        [1.0, *falling[chosen].astype(float).tolist()],
    )


def confusion_matrix(scores: FloatArray, clicked: BoolArray) -> list[list[int]]:
    """Clicks against predictions: the rows of the highest probability, as many as were clicked, count as predicted.

    Args:
        scores: Probabilities [rows].
        clicked: Labels [rows].

    Returns:
        Counts [2, 2]: rows are what happened, columns what was predicted, in the order of CATEGORIES.
    """
    predicted = numpy.zeros(len(scores), dtype=bool)
    predicted[numpy.argsort(-scores, kind="stable")[: int(clicked.sum())]] = True
    return [[int((predicted[clicked == label] == guess).sum()) for guess in (False, True)] for label in (False, True)]


def verdict_markdown(verdict: Mapping[str, Any]) -> str:
    """The verdict with all its checks.

    Args:
        verdict: Of evaluation.json.
    """
    lines = [f"# {verdict['outcome'].capitalize()}", "", f"Against {verdict['reference']}."]
    lines += [f"- {reason}" for reason in verdict["reasons"]]
    lines += ["", "| check | value | threshold | |", "|---|---|---|---|"]
    for check in verdict["checks"]:
        value = check["value"]
        told = f"{value:.4g}" if isinstance(value, int | float) else str(value)
        sign = "passed" if check["passed"] else "**failed**"
        lines.append(f"| {check['question']} | {told} | {check['threshold']} | {sign} |")
    return "\n".join(lines) + "\n"


def _metrics(body: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    counted = {name: body[name] for name in ("requests", "candidates", "clicks")}
    found: dict[str, Any] = {**counted, "blessed": int(body["verdict"]["blessed"])}
    for ranker, measured in (body["rankers"] or {}).items():
        found |= {f"{ranker}_{name}": measured.get(name) for name in METRICS}
    for name in LIFTS if body["lift"] else ():
        found |= {f"lift_{name}_{part}": body["lift"][name][part] for part in ("value", "low", "high")}
    for name, value in found.items():
        if isinstance(value, int | float) and math.isfinite(value):
            yield name, value
