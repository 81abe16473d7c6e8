"""May the challenger, the ranker with the graph, be pushed? Every check with its value and threshold."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from components.evaluate_ranker.challenge import AUC, CHALLENGER, CHAMPION, LOG_LOSS
from components.evaluate_ranker.check import Check, check_within
from components.evaluate_ranker.export_checks import ExportFacts, export_checks
from components.evaluate_ranker.number_text import words
from components.evaluate_ranker.settings import EvaluationSettings

BLESSED, REFUSED, DEFERRED = "blessed", "refused", "deferred"
METRICS = {"auc": "pooled ROC-AUC", "auc_per_request": "ROC-AUC per request"}


@dataclasses.dataclass(frozen=True)
class Evidence:
    """What the verdict rests on.

    Attributes:
        finite_share: Share of the scores of all rankers and seeds that are finite numbers in [0, 1].
        challenge: What `challenge.challenge` returns, against the champion or against popularity.
        lift: Of `comparison.compare`: with the graph over without; None where there are too few clicks.
        export: Of the seed that would be pushed.
    """

    finite_share: float
    challenge: Mapping[str, Any]
    lift: Mapping[str, Any] | None
    export: ExportFacts


def verdict(evidence: Evidence, settings: EvaluationSettings) -> dict[str, Any]:
    """Decides.

    Args:
        evidence: What was measured.
        settings: The thresholds.

    Returns:
        `blessed`; `outcome`: BLESSED, REFUSED, or DEFERRED where nothing speaks against the challenger but the number
        of clicks; `reference`: CHAMPION or popularity; `reasons` (of a refusal), `checks`, and `untold_slices`: slices
        with too few clicks to be checked.
    """
    against_champion = evidence.challenge["reference"] == CHAMPION
    checks = [
        *_score_checks(evidence, settings),
        *(_champion_checks if against_champion else _popularity_checks)(evidence.challenge, settings),
        *_graph_checks(evidence.lift, settings),
        *_slice_checks(evidence.challenge, settings),
        *export_checks(evidence.export, settings),
    ]
    return {
        "blessed": all(check.passed for check in checks),
        "outcome": _outcome(checks),
        "reference": evidence.challenge["reference"],
        "reasons": [check.reason for check in checks if not check.passed],
        "checks": [dataclasses.asdict(check) for check in checks],
        "untold_slices": [name for name, part in evidence.challenge["slices"].items() if not _is_told(part[AUC])],
    }


def _outcome(checks: Sequence[Check]) -> str:
    failed = [check for check in checks if not check.passed]
    if not failed:
        return BLESSED
    too_few = any(check.name == "enough_clicks" for check in failed)
    return DEFERRED if too_few and all(check.needs_clicks for check in failed) else REFUSED


def _score_checks(evidence: Evidence, settings: EvaluationSettings) -> list[Check]:
    metrics = evidence.challenge["metrics"] or {}
    return [
        check_within(
            "finite_scores",
            "Every score is a probability",
            "share of scores that are numbers between 0 and 1",
            "scores",
            evidence.finite_share,
            low=1.0,
        ),
        check_within(
            "enough_clicks",
            "Enough clicks to tell",
            "clicks of the rows that nothing was trained on",
            "scores",
            evidence.challenge["clicks"],
            low=settings.minimum_clicks,
            needs_clicks=True,
        ),
        check_within(
            "calibration",
            "Predicts as many clicks as there are",
            "predicted / observed clicks of the seed that would be pushed",
            "scores",
            metrics.get(CHALLENGER, {}).get("predicted_over_observed"),
            low=settings.calibration_low,
            high=settings.calibration_high,
            needs_clicks=True,
        ),
    ]


def _champion_checks(challenge: Mapping[str, Any], settings: EvaluationSettings) -> list[Check]:
    """Non-inferiority: the whole interval of the difference must lie on the good side of the tolerance.

    Piaggio and others, "Reporting of noninferiority and equivalence randomized trials" (2012), figure 1.
    """
    difference = challenge["difference"] or {}
    order, loss = difference.get(AUC, {}), difference.get(LOG_LOSS, {})
    return [
        check_within(
            "not_worse_auc_per_request",
            "Orders each page at least as well as the ranker that serves now",
            "lower end of the interval of challenger minus champion in ROC-AUC per request",
            "quality",
            order.get("low"),
            low=-settings.auc_tolerance,
            measured=order or None,
            needs_clicks=True,
            unit=" pp",
        ),
        check_within(
            "not_worse_log_loss",
            "Predicts clicks at least as well as the ranker that serves now",
            "upper end of the interval of the rise in log loss, as a share of the champion's",
            "quality",
            loss.get("high"),
            high=settings.log_loss_tolerance,
            measured=loss or None,
            needs_clicks=True,
            unit=" %",
        ),
    ]


def _popularity_checks(challenge: Mapping[str, Any], settings: EvaluationSettings) -> list[Check]:  # noqa: ARG001
    difference = challenge["difference"] or {}
    return [
        check_within(
            f"beats_popularity_{metric}",
            f"Beats ranking by popularity, {name}",
            f"lower end of the interval of its lift in {name} over popularity",
            "quality",
            difference.get(metric, {}).get("low"),
            low=0.0,
            measured=difference.get(metric),
            needs_clicks=True,
            unit=" pp",
        )
        for metric, name in METRICS.items()
    ]


def _graph_checks(lift: Mapping[str, Any] | None, settings: EvaluationSettings) -> list[Check]:
    return [
        check_within(
            f"graph_does_no_harm_{metric}",
            f"The graph does no harm, {name}",
            f"its lift in {name} over the ranker without the graph",
            "quality",
            (lift or {}).get(metric, {}).get("value"),
            low=-settings.graph_tolerance,
            measured=(lift or {}).get(metric),
            needs_clicks=True,
            unit=" pp",
        )
        for metric, name in METRICS.items()
    ]


def _slice_checks(challenge: Mapping[str, Any], settings: EvaluationSettings) -> list[Check]:
    """A slice refuses where its whole interval lies below the tolerance: only then is the drop a drop."""
    return [
        check_within(
            f"slice:{name}",
            f"Does not drop for {words(name)}",
            f"upper end of the interval of challenger minus {challenge['reference']} in ROC-AUC per request on "
            f"{part['clicks']} clicks",
            "slice",
            part[AUC]["high"],
            low=-settings.slice_tolerance,
            measured=part[AUC],
            unit=" pp",
        )
        for name, part in challenge["slices"].items()
        if _is_told(part[AUC])
    ]


def _is_told(difference: Mapping[str, float] | None) -> bool:
    """Whether there is an interval: enough clicks, and requests with both classes in nearly every resample."""
    return difference is not None and difference["high"] == difference["high"]
