"""The one table of a rolling evaluation: refreshes side by side, for the terminal and for documents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from components.evaluate_ranker.number_text import decimal, percent, whole, with_interval, words
from orchestration.rolling.comparator_names import FILTERING, TREES_WITH, TREES_WITH_FILTERING, TREES_WITHOUT

METRICS = {"auc": "ROC-AUC, pooled", "auc_per_request": "ROC-AUC, per request"}
RANKERS = {
    "without_graph": "ranker without graph",
    "with_graph": "ranker with graph",
    TREES_WITHOUT: "LightGBM without graph",
    TREES_WITH: "LightGBM with graph",
    TREES_WITH_FILTERING: "LightGBM with collaborative filtering",
    FILTERING: "collaborative filtering alone",
}
DIFFERENCES = {
    "lightgbm_lift": "lift of the graph in LightGBM",
    "collaborative_filtering_lift": "lift of collaborative filtering in LightGBM",
    "lightgbm_graph_over_collaborative_filtering": "graph over collaborative filtering, LightGBM",
    "without_graph_over_lightgbm": "ranker over LightGBM, both without graph",
    "with_graph_over_lightgbm": "ranker over LightGBM, both with graph",
}
SLICES = ("cold_users", "warm_users", "cold_content", "warm_content", "new_content", "known_content")
"""The slices that every table shows, in this order; the others are in the report."""

SIGNIFICANCE, STAR = 0.05, " *"

Cell = tuple[str, str]
"""A text, and `good` or `bad` where it is an interval beyond 0."""

Line = tuple[str, list[Cell]]
"""A title and one cell a refresh."""


def rolling_table(report: Mapping[str, Any]) -> str:
    """The table, a block a metric.

    Args:
        report: The contents of report.json, or what becomes it.

    Returns:
        Lines of equal columns, without a line feed at the end.
    """
    blocks = []
    for metric, title in METRICS.items():
        head = [title, *(f"refresh {refresh}" for refresh in report["refreshes"])]
        blocks.append([head, *([name, *(text for text, _ in cells)] for name, cells in table_lines(report, metric))])
    widths = [max(map(len, column)) for column in zip(*(line for block in blocks for line in block), strict=True)]
    rule = "-" * (sum(widths) + 2 * (len(widths) - 1))
    texts = [heading(report)]
    for head, *lines in blocks:
        texts += ["", _aligned(head, widths), rule, *(_aligned(line, widths) for line in lines)]
    return "\n".join([*texts, "", *harmed_slices(report)])


def table_lines(report: Mapping[str, Any], metric: str) -> Iterator[Line]:
    """The lines of one metric.

    Args:
        report: The contents of report.json.
        metric: One of METRICS.
    """
    scopes = list(report["refreshes"].values())
    for who, title in RANKERS.items():
        yield title, [(decimal(scope["rankers"][who][metric]), "") for scope in scopes]
    yield "lift of the graph", [_lift(scope["lift"][metric]) for scope in scopes]
    for number, day in enumerate(report["days"]):
        of_day = day["refreshes"].values()
        yield f"  day {number + 1}, {day['as_of'][:10]}", [_lift(scope["lift"][metric]) for scope in of_day]
    for name in SLICES:
        lifts = [scope["slices"].get(name, {}).get("lift", {}).get(metric) for scope in scopes]
        yield f"  {words(name)}", [_lift(lift) for lift in lifts]
    for name, title in DIFFERENCES.items():
        yield title, [_lift(scope[name][metric]) for scope in scopes]


def harmed_slices(report: Mapping[str, Any]) -> Iterator[str]:
    """What the star means, and a sentence a refresh: which slices the graph harms, corrected for their number."""
    yield f"{STAR.strip()} a slice's lift that is told from 0 after Holm's correction (p < {SIGNIFICANCE:g})"
    for refresh, scope in report["refreshes"].items():
        harmed = [
            f"{words(name)} ({METRICS[metric]}: {with_interval(lift)}, p {lift['p_value_holm']:.3f})"
            for name, of_slice in scope["slices"].items()
            for metric, lift in of_slice["lift"].items()
            if lift["value"] is not None and lift["value"] < 0 and (lift["p_value_holm"] or 1) < SIGNIFICANCE
        ]
        count = len(scope["slices"])
        yield f"refresh {refresh}: slices whose lift is significantly below 0 (Holm, {count} slices): " + (
            "; ".join(harmed) or "none"
        )


def heading(report: Mapping[str, Any]) -> str:
    """What all figures rest on."""
    days = report["days"]
    clicks, candidates = (sum(day[name] for day in days) for name in ("clicks", "candidates"))
    return (
        f"test days: {len(days)}, from {report['as_of']}; seeds: {len(report['seeds'])}; means over both; "
        f"{whole(candidates)} candidates, {whole(clicks)} clicks; "
        f"differences in percentage points, {percent(report['level'])} intervals over users"
    )


def _lift(lift: Mapping[str, Any] | None) -> Cell:
    if lift is None or lift["low"] is None:
        return with_interval(lift, unit=""), ""
    mark = STAR if lift.get("p_value_holm") is not None and lift["p_value_holm"] < SIGNIFICANCE else ""
    return with_interval(lift, unit="") + mark, "good" if lift["low"] > 0 else "bad" if lift["high"] < 0 else ""


def _aligned(line: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
