"""Estimates as the plain values of a report: rankers, differences, and slices corrected for their number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from components.evaluate_ranker.comparison import ORDER_METRICS, WITH, WITHOUT
from orchestration.rolling.comparator_names import TREES_WITH, TREES_WITH_FILTERING, TREES_WITHOUT
from orchestration.rolling.estimates import Estimate, holm
from orchestration.rolling.pooled_rows import ALL_ROWS

DIFFERENCES = {
    "lift": (WITH, WITHOUT),
    "lightgbm_lift": (TREES_WITH, TREES_WITHOUT),
    "collaborative_filtering_lift": (TREES_WITH_FILTERING, TREES_WITHOUT),
    "lightgbm_graph_over_collaborative_filtering": (TREES_WITH, TREES_WITH_FILTERING),
    "without_graph_over_lightgbm": (WITHOUT, TREES_WITHOUT),
    "with_graph_over_lightgbm": (WITH, TREES_WITH),
}
"""Who is compared with whom, percentage points."""

Estimates = dict[tuple[str, str], Estimate]
"""By who scores and metric."""


def told_estimates(
    estimates: Mapping[tuple[str, str], Estimates], refreshes: Sequence[str], slices: Sequence[str], level: float
) -> dict[str, Any]:
    """The figures of one day, or of the mean over days.

    Args:
        estimates: By slice, ALL_ROWS among them, and refresh.
        refreshes: In the order of the report.
        slices: In the order of the report; some may have too few clicks and lack.
        level: Of the intervals.

    Returns:
        By refresh: `rankers`, the DIFFERENCES, and `slices` whose `lift` also has a `p_value` and, corrected for the
        number of slices at this refresh, a `p_value_holm`.
    """
    told: dict[str, Any] = {}
    for refresh in refreshes:
        everything = estimates[ALL_ROWS, refresh]
        present = {name: estimates[name, refresh] for name in slices if (name, refresh) in estimates}
        told[refresh] = {
            "rankers": _rankers(everything, level),
            **{name: _difference(everything, one, other, level) for name, (one, other) in DIFFERENCES.items()},
            "slices": {name: {"rankers": _rankers(of_slice, level), "lift": {}} for name, of_slice in present.items()},
        }
        for metric in ORDER_METRICS:
            lifts = {
                name: of_slice[WITH, metric].minus(of_slice[WITHOUT, metric]) for name, of_slice in present.items()
            }
            corrected = holm({name: lift.chance for name, lift in lifts.items()})
            for name, lift in lifts.items():
                chances = {"p_value": lift.chance, "p_value_holm": corrected[name]}
                told[refresh]["slices"][name]["lift"][metric] = lift.told(level) | chances
    return told


def _rankers(estimates: Estimates, level: float) -> dict[str, dict[str, Any]]:
    """ROC-AUC by who scores, with its interval."""
    told: dict[str, dict[str, Any]] = {}
    for (who, metric), estimate in estimates.items():
        found = estimate.told(level)
        told.setdefault(who, {"intervals": {}})[metric] = found["value"]
        told[who]["intervals"][metric] = {end: found[end] for end in ("low", "high")}
    return told


def _difference(estimates: Estimates, one: str, other: str, level: float) -> dict[str, dict[str, float]]:
    return {metric: estimates[one, metric].minus(estimates[other, metric]).told(level) for metric in ORDER_METRICS}
