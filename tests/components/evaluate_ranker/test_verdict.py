"""Each check of the verdict refuses by itself and says what was found and what was needed."""

from __future__ import annotations

import copy
import math
from typing import Any

import pytest

from components.evaluate_ranker.settings import EvaluationSettings
from components.evaluate_ranker.verdict import verdict

GOOD: dict[str, Any] = {
    "lift": {"auc": {"value": 0.4}, "auc_per_request": {"value": 0.9}},
    "pushed_seed": {
        "predicted_over_observed": 1.02,
        "lift_over_popularity": {"auc": {"low": 3.0}, "auc_per_request": {"low": 2.0}},
    },
}


def decide(comparison: dict[str, Any], clicks: int = 1000, finite_share: float = 1.0) -> dict[str, Any]:
    return verdict(comparison, clicks, finite_share, EvaluationSettings())


def changed(value: float, *path: str) -> dict[str, Any]:
    comparison = copy.deepcopy(GOOD)
    place = comparison
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return comparison


def test_a_good_challenger_is_blessed_with_every_check_listed() -> None:
    decision = decide(GOOD)
    assert decision["blessed"]
    assert decision["reasons"] == []
    assert len(decision["checks"]) == 7
    assert all(check["passed"] and check["threshold"] for check in decision["checks"])


@pytest.mark.parametrize(
    ("comparison", "name"),
    [
        (changed(0.89, "pushed_seed", "predicted_over_observed"), "calibration"),
        (changed(1.11, "pushed_seed", "predicted_over_observed"), "calibration"),
        (changed(math.nan, "pushed_seed", "predicted_over_observed"), "calibration"),
        (changed(-0.1, "pushed_seed", "lift_over_popularity", "auc", "low"), "beats_popularity_auc"),
        (
            changed(-0.1, "pushed_seed", "lift_over_popularity", "auc_per_request", "low"),
            "beats_popularity_auc_per_request",
        ),
        (changed(math.nan, "pushed_seed", "lift_over_popularity", "auc", "low"), "beats_popularity_auc"),
        (changed(-0.6, "lift", "auc", "value"), "graph_does_no_harm_auc"),
        (changed(-0.6, "lift", "auc_per_request", "value"), "graph_does_no_harm_auc_per_request"),
    ],
)
def test_one_failed_check_refuses_and_explains_itself(comparison: dict[str, Any], name: str) -> None:
    decision = decide(comparison)
    assert not decision["blessed"]
    assert [check["name"] for check in decision["checks"] if not check["passed"]] == [name]
    assert len(decision["reasons"]) == 1
    assert decision["reasons"][0].startswith(f"{name}: ")


def test_too_few_clicks_are_refused() -> None:
    assert decide(GOOD, clicks=399)["reasons"] == [
        "enough_clicks: 399, needed at least 400 (test clicks, enough to tell rankers apart)"
    ]
    assert decide(GOOD, clicks=400)["blessed"]


def test_scores_that_are_no_probabilities_are_refused() -> None:
    assert not decide(GOOD, finite_share=0.9999)["blessed"]


def test_a_small_loss_within_the_tolerance_is_borne() -> None:
    assert decide(changed(-0.4, "lift", "auc", "value"))["blessed"]


def test_nothing_measured_is_refused() -> None:
    decision = decide({"lift": None, "pushed_seed": None}, clicks=3)
    assert not decision["blessed"]
    assert len(decision["reasons"]) == 6
