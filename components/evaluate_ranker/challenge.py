"""The seed that would be pushed against what it must not lose to: the champion, or popularity where there is none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy
import numpy.typing

from components.evaluate_ranker.later_rows import ScoredRows
from components.evaluate_ranker.measurement import Measurement, measure, measure_order, measure_request_auc
from components.evaluate_ranker.metrics import BoolArray
from components.evaluate_ranker.paired_comparison import Key, PairedComparison
from components.evaluate_ranker.settings import EvaluationSettings
from schemas.instants import format_instant

CHALLENGER, CHAMPION, POPULARITY = "challenger", "champion", "popularity"
ALL_ROWS, AUC, LOG_LOSS = "all", "auc_per_request", "log_loss"


def challenge(
    rows: ScoredRows, reference: str, slices: Mapping[str, BoolArray], settings: EvaluationSettings
) -> dict[str, Any]:
    """Compares both on the same rows and the same resampled users.

    Args:
        rows: Test rows later than the training of both, with the scores of both.
        reference: CHAMPION, whose scores are probabilities, or POPULARITY, whose are not.
        slices: Masks of the rows by name.
        settings: Resamples, level and the fewest clicks of a slice.

    Returns:
        `reference`, `first_row`, `last_row`, `requests`, `candidates`, `clicks`; `tolerances`: percentage points of
        ROC-AUC per request that may be lost on `all` and on a `slice`; `metrics` of both; `difference`
        (challenger minus reference with its interval): `auc` and `auc_per_request` in percentage points and, against a
        champion, `log_loss` in percent of the champion's; `slices` with `clicks` and their `auc_per_request`. None
        where there are too few clicks.
    """
    columns = rows.columns
    facts = {
        "reference": reference,
        "requests": columns.request_count,
        "candidates": len(columns.clicked),
        "clicks": rows.clicks,
        "first_row": _instant(columns.values["timestamp"], first=True),
        "last_row": _instant(columns.values["timestamp"], first=False),
        "tolerances": {
            ALL_ROWS: settings.auc_tolerance if reference == CHAMPION else 0.0,
            "slice": settings.slice_tolerance,
        },
    }
    measured = _measurements(rows, reference, slices, settings)
    clicks = {name: int(columns.clicked[mask].sum()) for name, mask in slices.items()}
    if not measured:
        untold = {name: {"clicks": count, AUC: None} for name, count in clicks.items()}
        return {**facts, "metrics": None, "difference": None, "slices": untold}
    comparison = PairedComparison(measured, columns.user_count, settings)
    metrics = [name for name in ("auc", AUC) if name in measured[ALL_ROWS, reference].metrics]
    difference = {name: comparison.difference(ALL_ROWS, CHALLENGER, reference, name) for name in metrics}
    if reference == CHAMPION:
        difference[LOG_LOSS] = comparison.relative_difference(ALL_ROWS, CHALLENGER, reference, LOG_LOSS)
    told = {
        name: {
            "clicks": count,
            AUC: comparison.difference(name, CHALLENGER, reference, AUC) if (name, CHALLENGER) in measured else None,
        }
        for name, count in clicks.items()
    }
    both = {who: measured[ALL_ROWS, who].metrics for who in (CHALLENGER, reference)}
    return {**facts, "metrics": both, "difference": difference, "slices": told}


def _measurements(
    rows: ScoredRows, reference: str, slices: Mapping[str, BoolArray], settings: EvaluationSettings
) -> dict[Key, Measurement]:
    """Everything of both on all rows, the ROC-AUC per request on slices; nothing where the clicks are too few."""
    columns = rows.columns
    if rows.clicks < settings.minimum_slice_clicks:
        return {}
    everything, bins = numpy.ones(len(columns.clicked), numpy.bool_), settings.calibration_bins
    scores = {CHALLENGER: rows.challenger[None, :], reference: rows.reference[None, :]}
    measured = {
        (ALL_ROWS, who): measure_order(values, columns, everything)
        if who == POPULARITY
        else measure(values, columns, everything, bins)
        for who, values in scores.items()
    }
    for name, mask in slices.items():
        if columns.clicked[mask].sum() >= settings.minimum_slice_clicks:
            for who, values in scores.items():
                measured[name, who] = measure_request_auc(values, columns, mask)
    return measured


def _instant(times: numpy.typing.NDArray[numpy.int64], *, first: bool) -> str | None:
    return format_instant(int(times.min() if first else times.max())) if len(times) else None
