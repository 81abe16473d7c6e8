"""A good challenger passes; each bad one is refused by the check that names its fault, and by no other."""

from __future__ import annotations

import math
from typing import Any

import numpy
import pytest

from components.evaluate_ranker.challenge import CHAMPION, POPULARITY, challenge
from components.evaluate_ranker.export_checks import ExportFacts
from components.evaluate_ranker.metrics import FloatArray
from components.evaluate_ranker.settings import EvaluationSettings
from components.evaluate_ranker.slices import slice_masks
from components.evaluate_ranker.verdict import Evidence, verdict
from tests.components.evaluate_ranker.synthetic_rows import Rows, rows_of

SETTINGS = EvaluationSettings(resamples=200, slot_bands=(4,))
EXPORT = ExportFacts(
    largest_difference=3e-7, replayed_requests=35, size_bytes=9_000_000, rank_milliseconds=4.0, rank_candidates=2000
)
LIFT = {"auc": {"value": 0.4, "low": 0.1, "high": 0.7}, "auc_per_request": {"value": 0.9, "low": 0.5, "high": 1.3}}
VOCABULARIES = {"kind": ("article", "video"), "device": ("desktop", "phone")}
ROWS = rows_of()
CHAMPIONS_SCORES = ROWS.noisy(0.5)


def compared(rows: Rows, challenger: FloatArray, reference: FloatArray, name: str = CHAMPION) -> dict[str, Any]:
    slices = slice_masks(rows.columns, VOCABULARIES, SETTINGS.slot_bands)
    return challenge(rows.scored(challenger, reference), name, slices, SETTINGS)


def decide(measured: dict[str, Any], **changes: Any) -> dict[str, Any]:
    evidence = {"finite_share": 1.0, "challenge": measured, "lift": LIFT, "export": EXPORT, **changes}
    return verdict(Evidence(**evidence), SETTINGS)


def failed(decision: dict[str, Any]) -> list[str]:
    return [check["name"] for check in decision["checks"] if not check["passed"]]


@pytest.fixture(scope="module")
def good() -> dict[str, Any]:
    """A challenger that knows a little more than its champion."""
    return compared(ROWS, ROWS.noisy(0.4), CHAMPIONS_SCORES)


def test_a_good_challenger_is_blessed_with_every_check_listed(good: dict[str, Any]) -> None:
    decision = decide(good)
    assert (decision["blessed"], decision["outcome"], decision["reasons"]) == (True, "blessed", [])
    names = [check["name"] for check in decision["checks"]]
    assert names[:7] == [
        "finite_scores",
        "enough_clicks",
        "calibration",
        "not_worse_auc_per_request",
        "not_worse_log_loss",
        "graph_does_no_harm_auc",
        "graph_does_no_harm_auc_per_request",
    ]
    slices = {name.removeprefix("slice:") for name in names if name.startswith("slice:")}
    assert slices == set(good["slices"])
    assert {"cold_users", "warm_content", "kind=video", "device=phone", "slot=0-3", "slot=4+"} <= slices
    assert names[-3:] == ["export_reproduces_scores", "export_size", "rank_latency"]
    assert all(check["threshold"] and check["title"] and check["question"] for check in decision["checks"])


def test_the_champion_itself_is_no_worse_than_the_champion() -> None:
    """The same half hour run twice ends the same way."""
    measured = compared(ROWS, CHAMPIONS_SCORES, CHAMPIONS_SCORES)
    assert measured["difference"]["auc_per_request"] == {"value": 0, "low": 0, "high": 0}
    assert decide(measured)["blessed"]


def test_the_difference_and_its_checks_are_those_of_the_rows(good: dict[str, Any]) -> None:
    """Recomputed here from the two columns of scores."""
    challenger, champion, clicked = ROWS.noisy(0.4), CHAMPIONS_SCORES, ROWS.columns.clicked

    def loss(scores: FloatArray) -> float:
        return float(-numpy.log(numpy.where(clicked, scores, 1 - scores)).mean())

    rise = good["difference"]["log_loss"]
    assert rise["value"] == pytest.approx(100 * (loss(challenger) / loss(champion) - 1))
    assert rise["low"] < rise["value"] < rise["high"]
    checks = {check["name"]: check for check in decide(good)["checks"]}
    assert checks["not_worse_log_loss"]["value"] == rise["high"]
    assert checks["not_worse_auc_per_request"]["value"] == good["difference"]["auc_per_request"]["low"]
    assert checks["calibration"]["value"] == pytest.approx(challenger.sum() / clicked.sum())


def test_a_challenger_that_orders_pages_worse_is_refused() -> None:
    """Its probabilities are those of the champion but for the order within each page: the log loss may pass."""
    shuffled = CHAMPIONS_SCORES.reshape(-1, 8).copy()
    shuffled[::4] = shuffled[::4, ::-1]
    assert "not_worse_auc_per_request" in failed(decide(compared(ROWS, shuffled.ravel(), CHAMPIONS_SCORES)))


def test_a_challenger_with_a_worse_log_loss_is_refused() -> None:
    """The order is the champion's; the probabilities are too extreme."""
    logits = numpy.log(CHAMPIONS_SCORES / (1 - CHAMPIONS_SCORES))
    extreme = 1 / (1 + numpy.exp(-2 * logits - 1.15))
    decision = decide(compared(ROWS, extreme, CHAMPIONS_SCORES))
    assert failed(decision) == ["not_worse_log_loss"], "calibrated in total"
    assert decision["reasons"][0].startswith("not_worse_log_loss: ")
    assert decision["outcome"] == "refused"


@pytest.mark.parametrize("scale", [0.88, 1.13])
def test_a_challenger_that_is_not_calibrated_is_refused(scale: float) -> None:
    rare = rows_of(seed=5)
    right = rare.noisy(0.1) * rare.columns.clicked.sum() / rare.truth.sum()
    decision = decide(compared(rare, right * scale, rare.noisy(1.0)))
    assert failed(decision) == ["calibration"]


def test_a_slice_that_drops_is_refused_though_the_whole_is_fine(good: dict[str, Any]) -> None:
    """Cold users are a tenth of all: everybody else gains what they lose."""
    cold = ROWS.columns.values["cold_user"] == 1
    challenger = numpy.where(cold, ROWS.noisy(1.5), ROWS.noisy(0.05))
    decision = decide(compared(ROWS, challenger, CHAMPIONS_SCORES))
    assert failed(decision) == ["slice:cold_users"]
    assert decide(good)["blessed"]


def test_a_slice_with_too_few_clicks_is_named_and_not_checked() -> None:
    """Six pages in the wrong order, among 1,500, cannot tell."""
    rows = rows_of(seed=2)
    cold = rows.columns.requests < 6
    rows.columns.values["cold_user"][:] = cold
    champion = rows.noisy(0.5)
    challenger = numpy.where(cold, champion.reshape(-1, 8)[:, ::-1].ravel(), rows.noisy(0.2))
    decision = decide(compared(rows, challenger, champion))
    assert decision["untold_slices"] == ["cold_users"]
    assert not [check for check in decision["checks"] if check["name"] == "slice:cold_users"]
    assert decision["blessed"]


def test_an_unclear_drop_of_a_slice_is_borne() -> None:
    """Its value lies below the tolerance, but the interval reaches above it."""
    measured = compared(ROWS, ROWS.noisy(0.4), CHAMPIONS_SCORES)
    measured["slices"]["cold_users"]["auc_per_request"] = {"value": -3.0, "low": -5.0, "high": -1.9}
    assert decide(measured)["blessed"]
    measured["slices"]["cold_users"]["auc_per_request"]["high"] = -2.1
    assert failed(decide(measured)) == ["slice:cold_users"]


def test_a_loss_within_the_tolerance_is_borne_only_where_the_interval_is_narrow_enough(good: dict[str, Any]) -> None:
    for low, passes in ((-0.49, True), (-0.51, False)):
        measured = {**good, "difference": {**good["difference"]}}
        measured["difference"]["auc_per_request"] = {"value": -0.3, "low": low, "high": 0.4}
        assert decide(measured)["blessed"] == passes


def test_too_few_clicks_defer_the_decision() -> None:
    few = rows_of(requests=150)
    measured = compared(few, few.noisy(0.4), few.noisy(0.4, seed=4))
    decision = decide(measured)
    assert measured["clicks"] < 400
    assert (decision["blessed"], decision["outcome"]) == (False, "deferred")
    assert decision["reasons"][0].startswith(f"enough_clicks: {measured['clicks']}, needed at least 400 (clicks of")


def test_a_fault_that_needs_no_clicks_is_refused_and_not_deferred() -> None:
    few = rows_of(requests=150)
    measured = compared(few, few.noisy(0.4), few.noisy(0.4, seed=4))
    assert decide(measured, finite_share=0.99)["outcome"] == "refused"


def test_no_row_at_all_defers() -> None:
    nothing = rows_of().scored(CHAMPIONS_SCORES, CHAMPIONS_SCORES).select(numpy.zeros(1500, numpy.bool_))
    decision = verdict(Evidence(1.0, challenge(nothing, CHAMPION, {}, SETTINGS), None, EXPORT), SETTINGS)
    assert (decision["blessed"], decision["outcome"]) == (False, "deferred")


def test_without_a_champion_the_challenger_must_beat_popularity() -> None:
    """Popularity is no probability, so that nothing is asked about its log loss."""
    popularity = 7 * ROWS.noisy(1.5)
    decision = decide(compared(ROWS, ROWS.noisy(0.4), popularity, POPULARITY))
    assert decision["blessed"]
    assert decision["reference"] == "popularity"
    names = [check["name"] for check in decision["checks"]]
    assert names[3:5] == ["beats_popularity_auc", "beats_popularity_auc_per_request"]
    worse = decide(compared(ROWS, ROWS.noisy(2.0), 7 * ROWS.noisy(0.3), POPULARITY))
    assert {"beats_popularity_auc", "beats_popularity_auc_per_request"} <= set(failed(worse))


def test_equal_to_popularity_is_refused() -> None:
    decision = decide(compared(ROWS, CHAMPIONS_SCORES, CHAMPIONS_SCORES, POPULARITY))
    assert decision["blessed"], "the interval's lower end is exactly 0"
    a_little_less = numpy.where(numpy.arange(len(ROWS.truth)) % 8 == 0, 0.01, CHAMPIONS_SCORES)
    assert "beats_popularity_auc" in failed(decide(compared(ROWS, a_little_less, CHAMPIONS_SCORES, POPULARITY)))


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"finite_share": 0.9999}, "finite_scores"),
        ({"finite_share": math.nan}, "finite_scores"),
        ({"lift": {**LIFT, "auc": {"value": -0.6}}}, "graph_does_no_harm_auc"),
        ({"lift": {**LIFT, "auc_per_request": {"value": -0.6}}}, "graph_does_no_harm_auc_per_request"),
        ({"export": ExportFacts(1.1e-5, 35, 9_000_000, 4.0, 2000)}, "export_reproduces_scores"),
        ({"export": ExportFacts(math.nan, 35, 9_000_000, 4.0, 2000)}, "export_reproduces_scores"),
        ({"export": ExportFacts(3e-7, 35, 501_000_000, 4.0, 2000)}, "export_size"),
        ({"export": ExportFacts(3e-7, 35, 9_000_000, 101.0, 2000)}, "rank_latency"),
        ({"export": ExportFacts(3e-7, 35, 9_000_000, math.nan, 2000)}, "rank_latency"),
    ],
)
def test_one_failed_check_refuses_and_explains_itself(good: dict[str, Any], changes: dict[str, Any], name: str) -> None:
    decision = decide(good, **changes)
    assert (decision["blessed"], decision["outcome"]) == (False, "refused")
    assert failed(decision) == [name]
    assert len(decision["reasons"]) == 1
    assert decision["reasons"][0].startswith(f"{name}: ")


def test_thresholds_are_settings(good: dict[str, Any]) -> None:
    strict = SETTINGS.model_copy(
        update={
            "minimum_clicks": 10**6,
            "calibration_low": 1.5,
            "calibration_high": 2.0,
            "largest_export_megabytes": 8.0,
            "rank_budget_milliseconds": 3.0,
            "graph_tolerance": -0.5,
        }
    )
    names = failed(verdict(Evidence(1.0, good, LIFT, EXPORT), strict))
    assert names == ["enough_clicks", "calibration", "graph_does_no_harm_auc", "export_size", "rank_latency"]
