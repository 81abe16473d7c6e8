"""Figures of days and of their mean against plain counting of pairs, and the report that holds them."""

from __future__ import annotations

import json
from typing import Any

import numpy
import pytest

from components.evaluate_ranker.comparison import WITH, WITHOUT
from components.evaluate_ranker.finite_values import finite_values
from components.evaluate_ranker.settings import EvaluationSettings
from orchestration.rolling.kept_scores import KeptScores
from orchestration.rolling.measuring import measure_days
from orchestration.rolling.page import rolling_page
from orchestration.rolling.pooled_rows import pool_rows
from orchestration.rolling.rolling_report import report_values
from orchestration.rolling.table import rolling_table
from schemas.errors import ContractError
from tests.orchestration.rolling.drawn_scores import REFRESHES, drawn_days

SETTINGS = EvaluationSettings(resamples=100, minimum_slice_clicks=10)


@pytest.fixture(scope="module")
def days() -> dict[str, list[KeptScores]]:
    return drawn_days(2, 2)


@pytest.fixture(scope="module")
def measured(days: dict[str, list[KeptScores]]) -> dict[str, Any]:
    return measure_days(days, SETTINGS)


@pytest.fixture(scope="module")
def report(days: dict[str, list[KeptScores]], measured: dict[str, Any]) -> dict[str, Any]:
    inputs = {
        day: [{"name": "validate_logs", "started": 0.0, "seconds": 1.5, "counts": {"processor_seconds": 1.0}}]
        for day in days
    }
    configuration = {"name": "drawn", "evaluation": SETTINGS.model_dump(mode="json")}
    values: dict[str, Any] = finite_values(report_values(measured, days, inputs, configuration, "30m"))
    return values


def pairs_in_order(scores: Any, clicked: Any) -> float:
    """ROC-AUC by its definition: of all pairs of a click and none, the share with the click above."""
    above = scores[clicked][:, None] > scores[~clicked][None, :]
    return float(above.mean())


def pooled(seeds: list[KeptScores], who: str, mask: Any = slice(None)) -> float:
    values = [pairs_in_order(seed.scores["30m"][who][mask], seed.rows["clicked"][mask]) for seed in seeds]
    return float(numpy.mean(values))


def per_request(seeds: list[KeptScores], who: str) -> float:
    values = []
    for seed in seeds:
        slates = zip(
            numpy.split(seed.scores["30m"][who], 120), numpy.split(seed.rows["clicked"], 120), strict=True
        )  # requests are of one size and stand one after the other
        known = [pairs_in_order(scores, clicked) for scores, clicked in slates if 0 < clicked.sum() < len(clicked)]
        values.append(numpy.mean(known))
    return float(numpy.mean(values))


def test_figures_of_a_day_equal_those_of_its_rows_alone(
    days: dict[str, list[KeptScores]], measured: dict[str, Any]
) -> None:
    for day, seeds in days.items():
        told = measured["days"][day]["refreshes"]["30m"]
        for who in told["rankers"]:
            assert told["rankers"][who]["auc"] == pytest.approx(pooled(seeds, who))
            assert told["rankers"][who]["auc_per_request"] == pytest.approx(per_request(seeds, who))
        expected = 100 * (per_request(seeds, WITH) - per_request(seeds, WITHOUT))
        assert told["lift"]["auc_per_request"]["value"] == pytest.approx(expected)
        assert measured["days"][day]["clicks"] == seeds[0].rows["clicked"].sum()
        assert measured["days"][day]["requests"] == 120


def test_the_mean_is_over_days_and_slices_hold_their_rows(
    days: dict[str, list[KeptScores]], measured: dict[str, Any]
) -> None:
    told = measured["mean"]["30m"]
    lifts = [measured["days"][day]["refreshes"]["30m"]["lift"]["auc"] for day in days]
    assert told["lift"]["auc"]["value"] == pytest.approx(numpy.mean([lift["value"] for lift in lifts]))
    # Two days tell more than one of them.
    width = told["lift"]["auc"]["high"] - told["lift"]["auc"]["low"]
    assert width < min(lift["high"] - lift["low"] for lift in lifts)
    cold = [pooled(seeds, WITH, seeds[0].rows["cold_user"] == 1) for seeds in days.values()]
    assert told["slices"]["cold_users"]["rankers"][WITH]["auc"] == pytest.approx(numpy.mean(cold))


def test_the_planted_lift_is_found_and_none_where_there_is_none(measured: dict[str, Any]) -> None:
    told = measured["mean"]["30m"]
    assert told["lift"]["auc"]["low"] > 1
    lift = told["slices"]["warm_users"]["lift"]["auc"]
    assert lift["p_value"] <= lift["p_value_holm"] < 0.05
    # The same strength in both: the ranker and LightGBM without the graph.
    assert told["without_graph_over_lightgbm"]["auc"]["low"] < 0 < told["without_graph_over_lightgbm"]["auc"]["high"]


def test_one_resample_of_users_serves_all_days(days: dict[str, list[KeptScores]]) -> None:
    rows = pool_rows(days, (4,))
    names = numpy.concatenate([seeds[0].rows["user_id"] for seeds in days.values()])
    for user in numpy.unique(rows.columns.users):
        assert len(set(names[rows.columns.users == user])) == 1
    assert rows.columns.request_count == 2 * 120
    assert (rows.columns.users == rows.columns.request_users[rows.columns.requests]).all()


def test_seeds_of_other_rows_are_refused() -> None:
    mixed = [next(iter(drawn_days(1, 1, requests=count).values()))[0] for count in (120, 119)]
    with pytest.raises(ContractError, match="did not score the same rows"):
        pool_rows({"2026-03-01T00:00:00Z": mixed}, (4,))


def test_the_report_has_one_object_a_day_in_the_shape_of_a_run(report: dict[str, Any]) -> None:
    assert len(report["days"]) == 2
    for scope in (report, *report["days"]):
        assert {"as_of", "seeds", "rankers", "lift", "slices", "refreshes", "steps", "level"} <= set(scope)
        assert scope["rankers"] == scope["refreshes"]["30m"]["rankers"]
        assert scope["seeds"] == [1, 2]
    assert {"log_loss", "ece", "ndcg_at_10"} <= set(report["days"][0]["rankers"][WITH])
    assert report["steps"] == [
        {"name": "validate_logs", "seconds": 3.0, "cached": False, "counts": {"runs": 2, "processor_seconds": 2.0}},
        {"name": "train_gnn", "seconds": 8.0, "cached": False, "counts": {"runs": 4, "processor_seconds": 6.0}},
    ]
    assert json.loads(json.dumps(report, allow_nan=False)) == report


def test_the_table_and_the_page_show_the_same_figures(report: dict[str, Any]) -> None:
    table, page = rolling_table(report), rolling_page(report)
    for lift in (report["lift"]["auc"], report["days"][1]["refreshes"]["1d"]["lift"]["auc_per_request"]):
        text = f"{lift['value']:+.2f} [{lift['low']:+.2f}, {lift['high']:+.2f}]"
        assert text in table
        assert text in page
    assert table.count("warm users") == 2
    assert all(f"refresh {refresh}" in table for refresh in REFRESHES)
    assert page.count("data:image/svg") == 4
    assert "slices): none" in table


def test_a_harmed_slice_is_named(report: dict[str, Any]) -> None:
    harmed = json.loads(json.dumps(report))
    lift = harmed["refreshes"]["30m"]["slices"]["cold_users"]["lift"]["auc"]
    lift |= {"value": -1.0, "low": -1.5, "high": -0.5, "p_value_holm": 0.001}
    assert "cold users (ROC-AUC, pooled: -1.00 pp [-1.50, -0.50], p 0.001)" in rolling_table(harmed)


def test_only_slices_told_from_0_after_the_correction_have_a_star(report: dict[str, Any]) -> None:
    changed = json.loads(json.dumps(report))
    lift = changed["refreshes"]["30m"]["slices"]["cold_content"]["lift"]["auc"]
    for chance, starred in ((0.049, True), (0.051, False)):
        lift |= {"value": 1.0, "low": 0.5, "high": 1.5, "p_value_holm": chance}
        assert ("+1.00 [+0.50, +1.50] *" in rolling_table(changed)) == starred
