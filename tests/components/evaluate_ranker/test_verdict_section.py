"""The answer that people read is the verdict's, with its reasons in words."""

from __future__ import annotations

import math
from typing import Any

import pytest

from components.evaluate_ranker.check import check_within
from components.evaluate_ranker.verdict_plot import difference_plot
from components.evaluate_ranker.verdict_section import verdict_section

GAIN = {"value": 0.31, "low": -0.2, "high": 0.8}


def report_of(outcome: str, reference: str = "champion", pooled: int = 0) -> dict[str, Any]:
    passed = outcome == "blessed"
    checks = [
        {
            "name": "not_worse_auc_per_request",
            "title": "Orders each page well",
            "question": "lower end",
            "group": "quality",
            "value": -0.2,
            "threshold": "at least -0.5 pp",
            "passed": passed,
            "measured": GAIN,
            "unit": " pp",
        },
        {
            "name": "rank_latency",
            "title": "Fast enough",
            "question": "to rank",
            "group": "export",
            "value": 3.25,
            "threshold": "at most 50 ms",
            "passed": True,
            "measured": None,
            "unit": " ms",
        },
    ]
    challenge = {
        "reference": reference,
        "clicks": 1234,
        "requests": 5678,
        "first_row": "2026-03-09T00:00:00Z",
        "last_row": "2026-03-09T23:30:00Z",
        "pooled_refreshes": pooled,
        "tolerances": {"all": 0.5, "slice": 2.0},
        "difference": {"auc_per_request": GAIN},
        "slices": {"cold_users": {"clicks": 40, "auc_per_request": {"value": -4.0, "low": -6.0, "high": -2.5}}},
    }
    verdict = {"outcome": outcome, "checks": checks, "untold_slices": ["kind=video"]}
    return {"verdict": verdict, "challenge": challenge}


@pytest.mark.parametrize(
    ("outcome", "headline", "explanation"),
    [
        ("blessed", "Yes, the new ranker may go live.", "All 2 checks hold."),
        ("refused", "No, the new ranker must not go live.", "1 of 2 checks do not hold: orders each page well."),
        ("deferred", "Not yet: too few clicks to tell.", "the next refresh decides again"),
    ],
)
def test_the_headline_is_the_outcome_and_says_why(outcome: str, headline: str, explanation: str) -> None:
    section = verdict_section(report_of(outcome))
    assert section["headline"] == headline
    assert explanation in section["explanation"]
    assert "1,234 clicks in 5,678 page loads over 24 hours" in section["explanation"]
    assert section["untold"] == ["kind: video"]


def test_who_it_was_compared_with_is_said() -> None:
    assert "the ranker that serves now" in verdict_section(report_of("blessed"))["explanation"]
    alone = verdict_section(report_of("blessed", reference="popularity"))["explanation"]
    assert alone.startswith("No ranker serves yet")
    assert "3 earlier refreshes pooled" in verdict_section(report_of("blessed", pooled=3))["explanation"]


def test_a_check_shows_the_difference_with_its_interval_or_the_value_with_its_unit() -> None:
    groups = verdict_section(report_of("refused"))["groups"]
    assert [group["title"] for group in groups] == ["Is it good enough?", "Will it run?"]
    assert groups[0]["rows"][0]["found"] == "+0.31 pp [-0.20, +0.80]"
    assert groups[1]["rows"][0]["found"] == "3.25 ms"
    assert [group["passed"] for group in groups] == [0, 1]


def test_the_picture_is_drawn_where_there_is_a_difference() -> None:
    challenge = report_of("blessed")["challenge"]
    image = difference_plot(challenge)
    assert image is not None
    assert image.startswith("data:image/svg+xml;base64,")
    assert difference_plot({**challenge, "difference": None}) is None


def test_bounds_are_inclusive_and_the_undefined_lies_nowhere() -> None:
    def passed(value: float | None, low: float = -math.inf, high: float = math.inf) -> bool:
        return check_within("name", "title", "question", "scores", value, low=low, high=high).passed

    assert [passed(value, low=0.9, high=1.1) for value in (0.9, 1.1, 0.8999, 1.1001)] == [True, True, False, False]
    assert not passed(None, low=0.0)
    assert not passed(float("nan"), high=5.0)
    check = check_within("speed", "Fast", "to rank", "export", 60.0, high=50.0, unit=" ms")
    assert check.reason == "speed: 60 ms, needed at most 50 ms (to rank)"
