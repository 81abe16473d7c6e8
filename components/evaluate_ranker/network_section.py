"""The rows of the report's table on the graph network alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from components.evaluate_ranker.link_auc import ALL_LINKS, LINK_METRICS


def network_rows(report: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row for all links and one for each slice.

    Args:
        report: The contents of report.json.

    Returns:
        Of each row its `name`, `candidates` and `clicks`, and by metric, of the test day as production would see it
        (`measured`: the value and its interval), in a simulated world the `share` of the way to the best possible, and
        of the test graph (`test_graph`: the value and its interval); `goal` is the share asked for. None where there
        is no such number.
    """
    network = report["network"]
    if not network:
        return []
    parts = ((report["truth"] or {}).get("network") or {}).get("parts", {})
    elsewhere = _scopes(network["test_graph"])
    rows = []
    for name, scope in _scopes(network).items():
        of_truth = parts.get(name)
        rows.append(
            {
                "name": name,
                "candidates": scope["candidates"],
                "clicks": scope["clicks"],
                "measured": {metric: _value(scope, metric) for metric in LINK_METRICS},
                "test_graph": {metric: _value(elsewhere.get(name), metric) for metric in LINK_METRICS},
                "share": {metric: of_truth["share_reached"][metric] if of_truth else None for metric in LINK_METRICS},
                "goal": of_truth["goal"] if of_truth else None,
            }
        )
    return rows


def _scopes(measured: Mapping[str, Any] | None) -> dict[str, Mapping[str, Any]]:
    """All links and the slices by name; nothing where nothing was measured."""
    return {ALL_LINKS: measured, **measured["slices"]} if measured else {}


def _value(scope: Mapping[str, Any] | None, metric: str) -> dict[str, float] | None:
    """`value`, `low` and `high`; None where the metric is undefined."""
    if scope is None or scope[metric] is None:
        return None
    return {"value": scope[metric], **scope["intervals"][metric]}
