"""The checks of the exported model: it scores as it was measured, and keeps its budgets of size and time."""

from __future__ import annotations

import dataclasses
from typing import Any

from components.evaluate_ranker.check import Check, check_within
from components.evaluate_ranker.settings import EvaluationSettings
from components.train_ranker.replay import TOLERANCE


@dataclasses.dataclass(frozen=True)
class ExportFacts:
    """What was found of the export of the seed that would be pushed.

    Attributes:
        largest_difference: Between scores that are due and the scores that a fresh load of the export answers; NaN
            where the export cannot answer.
        replayed_requests: How many requests were replayed.
        size_bytes: All files of the SavedModel.
        rank_milliseconds: One `rank` request, the best of several calls; NaN where the export cannot answer.
        rank_candidates: Candidates of that request.
    """

    largest_difference: float
    replayed_requests: int
    size_bytes: int
    rank_milliseconds: float
    rank_candidates: int

    def values(self) -> dict[str, Any]:
        """For evaluation.json."""
        return dataclasses.asdict(self)


def export_checks(facts: ExportFacts, settings: EvaluationSettings) -> list[Check]:
    """The checks.

    Args:
        facts: What was found.
        settings: The budgets.
    """
    return [
        check_within(
            "export_reproduces_scores",
            "The exported model scores as it was measured",
            f"largest difference over {facts.replayed_requests} replayed requests, freshly loaded",
            "export",
            facts.largest_difference,
            high=TOLERANCE,
        ),
        check_within(
            "export_size",
            "Small enough to load",
            "all files of the exported model",
            "export",
            facts.size_bytes / 1e6,
            high=settings.largest_export_megabytes,
            unit=" MB",
        ),
        check_within(
            "rank_latency",
            "Fast enough for a page",
            f"to rank {facts.rank_candidates} candidates, the best of {settings.rank_repeats} calls",
            "export",
            facts.rank_milliseconds,
            high=settings.rank_budget_milliseconds,
            unit=" ms",
        ),
    ]
