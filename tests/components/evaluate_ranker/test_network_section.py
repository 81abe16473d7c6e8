"""The rows of the table on the network alone: what each place told, side by side, and nothing where it told nothing."""

from __future__ import annotations

from typing import Any

from components.evaluate_ranker.network_section import network_rows


def scope(auc: float | None, **more: Any) -> dict[str, Any]:
    bounds = {"low": None, "high": None} if auc is None else {"low": auc - 0.01, "high": auc + 0.01}
    values = {"candidates": 10, "clicks": 3, "auc": auc, "auc_per_request": None}
    return {**values, "intervals": {"auc": bounds, "auc_per_request": {"low": None, "high": None}}, **more}


def test_a_row_joins_the_test_day_the_truth_and_the_test_graph() -> None:
    test_graph = scope(0.61, slices={"cold_users": scope(0.57)})
    network = scope(0.63, slices={"cold_users": scope(0.59), "new_content": scope(None)}, test_graph=test_graph)
    shares = {"auc": 0.5, "auc_per_request": None}
    parts = {name: {"share_reached": shares, "goal": goal} for name, goal in (("all", 0.85), ("new_content", 0.6))}
    rows = {row["name"]: row for row in network_rows({"network": network, "truth": {"network": {"parts": parts}}})}
    assert list(rows) == ["all", "cold_users", "new_content"]
    assert rows["all"]["measured"]["auc"] == {"value": 0.63, "low": 0.62, "high": 0.64}
    assert rows["all"]["test_graph"]["auc"]["value"] == 0.61
    assert (rows["all"]["share"]["auc"], rows["all"]["goal"]) == (0.5, 0.85)
    assert rows["cold_users"]["test_graph"]["auc"]["value"] == 0.57
    assert (rows["cold_users"]["share"]["auc"], rows["cold_users"]["goal"]) == (None, None)
    assert rows["new_content"]["measured"] == {"auc": None, "auc_per_request": None}
    assert rows["new_content"]["test_graph"]["auc"] is None


def test_without_truth_or_test_graph_there_are_still_rows() -> None:
    (row,) = network_rows({"network": scope(0.6, slices={}, test_graph=None), "truth": None})
    assert row["measured"]["auc"]["value"] == 0.6
    assert row["test_graph"] == {"auc": None, "auc_per_request": None}
    assert row["goal"] is None


def test_no_network_has_no_row() -> None:
    assert network_rows({"network": None, "truth": None}) == []
