"""Whether the network's log odds tell how often a link is clicked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy
import scipy.special

from components.evaluate_ranker.metrics import BoolArray, FloatArray, calibration_bins, predicted_over_observed

OLDER_NETWORK = "the network artifact does not tell its scale and bias: train it anew"


def link_calibration(
    score: FloatArray, clicked: BoolArray, log_odds: Mapping[str, Any] | None, bins: int
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Reliability of sigmoid(log odds + ln(unclicked_share)).

    Training keeps only a share of the unclicked links, so that the odds that it learns are too high by one over that
    share; the logarithm takes this back (prior correction: King and Zeng, "Logistic Regression in Rare Events Data",
    2001). `as_trained` leaves it out.

    Args:
        score: The network's log odds of each test row, from network_links [rows].
        clicked: Labels [rows].
        log_odds: `log_odds` of the network artifact's details, see train_gnn's training/log_odds.py; None of an older
            artifact.
        bins: Bins of equal mass.

    Returns:
        `refused` (why there is no number, or None), `ece`, `predicted_over_observed` and `as_trained` with the same
        two; and the bins for the plot, None without a number.
    """
    refused = OLDER_NETWORK if log_odds is None else log_odds["uncalibrated_because"]
    if log_odds is None or refused is not None:
        return {"refused": refused}, None
    probability = scipy.special.expit(score + numpy.log(log_odds["unclicked_share"]))
    parts = calibration_bins(probability, clicked, bins)
    told = {
        "refused": None,
        **_reliability(probability, clicked, bins),
        "as_trained": _reliability(scipy.special.expit(score), clicked, bins),
        "scale": log_odds["scale"],
        "bias": log_odds["bias"],
        "unclicked_share": log_odds["unclicked_share"],
    }
    return told, {"rows": parts.rows, "predicted": parts.predicted, "observed": parts.observed}


def _reliability(probability: FloatArray, clicked: BoolArray, bins: int) -> dict[str, float]:
    return {
        "ece": calibration_bins(probability, clicked, bins).expected_calibration_error,
        "predicted_over_observed": predicted_over_observed(probability, clicked),
    }
