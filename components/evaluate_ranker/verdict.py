"""May the challenger, the ranker with the graph, be pushed? Every check with its value and threshold."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

from components.evaluate_ranker.settings import EvaluationSettings

METRICS = {"auc": "pooled ROC-AUC", "auc_per_request": "ROC-AUC per request"}


@dataclasses.dataclass(frozen=True)
class Check:
    """One condition of the verdict.

    Attributes:
        name: For programs.
        question: For people: what has to hold.
        value: What was found; NaN where it could not be told, which never passes.
        threshold: What it was held against, in words.
        passed: Whether it holds.
    """

    name: str
    question: str
    value: float
    threshold: str
    passed: bool

    @property
    def reason(self) -> str:
        """The check as a reason for a refusal."""
        return f"{self.name}: {self.value:.4g}, needed {self.threshold} ({self.question})"


def verdict(
    comparison: Mapping[str, Any], clicks: int, finite_share: float, settings: EvaluationSettings
) -> dict[str, Any]:
    """Decides.

    Args:
        comparison: What `comparison.compare` returns.
        clicks: Clicks of the test rows.
        finite_share: Share of the scores of all rankers and seeds that are finite numbers in [0, 1].
        settings: The thresholds.

    Returns:
        `blessed`, `reasons` (of a refusal) and `checks` of the report.
    """
    pushed = comparison["pushed_seed"] or {}
    lift = comparison["lift"] or {}
    over_popularity = pushed.get("lift_over_popularity", {})
    checks = [
        _within("finite_scores", "share of scores that are probabilities", finite_share, low=1.0),
        _within("enough_clicks", "test clicks, enough to tell rankers apart", clicks, low=settings.minimum_clicks),
        _within(
            "calibration",
            "predicted / observed clicks of the seed that would be pushed",
            pushed.get("predicted_over_observed", math.nan),
            low=settings.calibration_low,
            high=settings.calibration_high,
        ),
    ]
    for metric, words in METRICS.items():
        checks.append(
            _within(
                f"beats_popularity_{metric}",
                f"lower end of the interval of its lift in {words} over popularity, percentage points",
                over_popularity.get(metric, {}).get("low", math.nan),
                low=0.0,
            )
        )
        checks.append(
            _within(
                f"graph_does_no_harm_{metric}",
                f"its lift in {words} over the ranker without the graph, percentage points",
                lift.get(metric, {}).get("value", math.nan),
                low=-settings.graph_tolerance,
            )
        )
    return {
        "blessed": all(check.passed for check in checks),
        "reasons": [check.reason for check in checks if not check.passed],
        "checks": [dataclasses.asdict(check) for check in checks],
    }


def _within(name: str, question: str, value: float, low: float, high: float = math.inf) -> Check:
    threshold = f"at least {low:g}" if math.isinf(high) else f"{low:g} to {high:g}"
    return Check(name, question, float(value), threshold, bool(low <= value <= high))
