"""The verdict as a product manager reads it: an answer, a reason, and what each check means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from components.evaluate_ranker.number_text import DASH, compact_count, duration_between, signed, whole, words

GROUPS = {
    "quality": "Is it good enough?",
    "scores": "Can its numbers be trusted?",
    "slice": "Does anybody lose?",
    "export": "Will it run?",
}
HEADLINES = {
    "blessed": "Yes, the new ranker may go live.",
    "refused": "No, the new ranker must not go live.",
    "deferred": "Not yet: too few clicks to tell.",
}


def verdict_section(report: Mapping[str, Any]) -> dict[str, Any]:
    """What the page says.

    Args:
        report: The contents of report.json.

    Returns:
        `headline`; `explanation`, one or two sentences; `groups`: of each its `title`, `rows` (mark, title, question,
        found, needed) and how many `passed`.
    """
    verdict, challenge = report["verdict"], report["challenge"]
    groups = []
    for group, title in GROUPS.items():
        rows = [_row(check) for check in verdict["checks"] if check["group"] == group]
        if rows:
            groups.append({"title": title, "rows": rows, "passed": sum(row["passed"] for row in rows)})
    return {
        "headline": HEADLINES[verdict["outcome"]],
        "explanation": f"{_basis(challenge)} {_outcome(verdict)}",
        "groups": groups,
        "untold": [words(name) for name in verdict["untold_slices"]],
    }


def _basis(challenge: Mapping[str, Any]) -> str:
    """On what it was compared, and with whom."""
    rows = f"{whole(challenge['clicks'])} clicks in {whole(challenge['requests'])} page loads"
    if challenge["first_row"]:
        rows += f" over {duration_between(challenge['first_row'], challenge['last_row'])}"
    if challenge["pooled_refreshes"]:
        rows += f", {challenge['pooled_refreshes']} earlier refreshes pooled"
    if challenge["reference"] == "champion":
        return f"Compared with the ranker that serves now on {rows}, all later than anything that either learned from."
    return f"No ranker serves yet, so that it had to beat ranking by popularity: {rows} that it did not learn from."


def _outcome(verdict: Mapping[str, Any]) -> str:
    failed = [check for check in verdict["checks"] if not check["passed"]]
    if verdict["outcome"] == "blessed":
        return f"All {len(verdict['checks'])} checks hold."
    if verdict["outcome"] == "deferred":
        return "What serves now stays; the next refresh decides again with more clicks."
    names = "; ".join(_lower_first(check["title"]) for check in failed)
    return f"{len(failed)} of {len(verdict['checks'])} checks do not hold: {names}. What serves now stays."


def _row(check: Mapping[str, Any]) -> dict[str, Any]:
    return {key: check[key] for key in ("name", "title", "question", "passed")} | {
        "found": _found(check),
        "needed": check["threshold"],
    }


def _found(check: Mapping[str, Any]) -> str:
    """The value; before it the difference whose interval it is an end of."""
    if check["value"] is None:
        return DASH
    measured = check["measured"]
    if measured is None or measured.get("low") is None:
        return f"{compact_count(check['value'])}{check['unit']}"
    return f"{signed(measured['value'])}{check['unit']} [{signed(measured['low'])}, {signed(measured['high'])}]"


def _lower_first(text: str) -> str:
    return text[0].lower() + text[1:]
