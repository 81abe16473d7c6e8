"""The comparison as a table in Markdown."""

from __future__ import annotations

from collections.abc import Mapping

from benchmarks.networks.ranker_lift import METRICS, Interval, Outcome

HEADER = "| variant | alone | lift | cold users | warm users | new content |\n|---|---|---|---|---|---|"
COLUMNS = ("all", "cold_user", "warm_user", "new_content")


def outcome_table(outcomes: Mapping[str, Outcome]) -> str:
    """One line a variant: the ROC-AUC of the score alone, and what it adds to the ranker, pooled / per request.

    Args:
        outcomes: By name, in the order of the lines.
    """
    return "\n".join([HEADER, *(_line(name, outcome) for name, outcome in outcomes.items())])


def _line(name: str, outcome: Outcome) -> str:
    alone = " / ".join(f"{outcome.alone[metric][0]:.3f}" for metric in METRICS)
    lifts = (" / ".join(_signed(outcome.lift[part][metric]) for metric in METRICS) for part in COLUMNS)
    return f"| {name} | {alone} | {' | '.join(lifts)} |"


def _signed(found: Interval) -> str:
    value, low, high = found
    return f"{value:+.2f} [{low:+.2f}, {high:+.2f}]"
