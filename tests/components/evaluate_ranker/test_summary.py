"""The table that a run ends with."""

from __future__ import annotations

import copy
from typing import Any

from components.evaluate_ranker.summary import summary_table

SCOPE: dict[str, Any] = {
    "rankers": {
        "without_graph": {"auc": 0.81234, "auc_per_request": 0.76, "log_loss": 0.25},
        "with_graph": {"auc": 0.82, "auc_per_request": 0.771, "log_loss": 0.2487},
    },
    "lift": {
        "auc": {"value": 0.766, "low": 0.5, "high": 1.0},
        "auc_per_request": {"value": 1.1, "low": None, "high": None},
    },
    "difference": {"log_loss": {"value": -0.0013, "low": -0.0021, "high": -0.0004}},
    "candidates": 40176,
    "clicks": 3612,
}
VERDICT = {"outcome": "blessed", "reference": "popularity", "checks": [{}] * 26, "reasons": []}
REPORT = {
    **SCOPE,
    "level": 0.95,
    "slices": {"cold_users": SCOPE, "cold_content": SCOPE},
    "network": None,
    "verdict": VERDICT,
}


def test_numbers_stand_in_their_columns() -> None:
    lines = summary_table(REPORT).splitlines()
    assert len(lines) == 2 + 3 * 4 + 1
    assert lines[0].split("  ")[-1].strip() == "difference, 95 % interval"
    assert lines[2] == "all: 40,176 candidates, 3,612 clicks"
    assert lines[3].split() == ["ROC-AUC,", "pooled", "0.8123", "0.8200", "+0.77", "pp", "[+0.50,", "+1.00]"]
    assert lines[4].split()[-2:] == ["+1.10", "pp"]
    assert lines[5].split() == ["log", "loss", "0.2500", "0.2487", "-0.0013", "[-0.0021,", "-0.0004]"]
    assert lines[6].startswith("cold users")
    assert lines[10].startswith("cold content")
    columns = {line.index("0.8200") for line in lines if "0.8200" in line}
    assert len(columns) == 1


def test_the_network_alone_follows() -> None:
    """What is not measured, here the order within requests, is a dash; only all links and new content are told."""
    intervals = {"auc": {"low": 0.58, "high": 0.6}, "auc_per_request": {"low": None, "high": None}}
    part = {"candidates": 10, "clicks": 3, "auc": 0.59, "auc_per_request": None, "intervals": intervals}
    test_graph = {**part, "auc": 0.5712, "slices": {}}
    network = {**part, "slices": {"cold_users": part, "new_content": part}, "test_graph": test_graph}
    reached = {"share_reached": {"auc": 0.375, "auc_per_request": None}, "goal": 0.85}
    report = {**REPORT, "network": network, "truth": {"network": {"parts": {"all": reached}}}}
    assert summary_table(report).splitlines()[-3:-1] == [
        "the graph network alone, ROC-AUC: 0.590 [0.580, 0.600] pooled (38 % of the possible), – per request, "
        "test graph 0.571 / –",
        "  on new content: 0.590 [0.580, 0.600] pooled, – per request",
    ]


def test_slices_without_rows_or_clicks_say_so() -> None:
    report = copy.deepcopy(REPORT)
    report["slices"] = {"cold_users": {**SCOPE, "rankers": None, "lift": None, "difference": None, "clicks": 2}}
    text = summary_table(report)
    assert "cold users: 40,176 candidates, 2 clicks, too few to tell" in text
    assert "cold content: no rows" in text


def test_the_verdict_stands_last_with_its_reasons() -> None:
    assert summary_table(REPORT).splitlines()[-1] == "verdict: blessed (26 checks, against popularity)"
    refused = {**VERDICT, "outcome": "refused", "reference": "champion", "reasons": ["calibration: 1.4", "slice:x: -3"]}
    assert summary_table({**REPORT, "verdict": refused}).splitlines()[-3:] == [
        "verdict: refused (26 checks, against champion)",
        "  calibration: 1.4",
        "  slice:x: -3",
    ]
