"""What the report's plots need, kept with the evaluation so that the page can be drawn without a model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from components.evaluate_ranker.metrics import BoolArray, calibration_bins, roc_curve
from components.evaluate_ranker.predictions import Predictions
from schemas.artifact_meta import ArtifactMeta
from schemas.ranker_artifact import RankerArtifact


def plot_data(
    predictions: Mapping[str, Predictions],
    clicked: BoolArray,
    rankers: Mapping[str, RankerArtifact],
    network: ArtifactMeta,
    bins: int,
) -> dict[str, Any]:
    """Curves and bins by ranker, of the seed that would be pushed.

    Args:
        predictions: By ranker.
        clicked: Labels [rows].
        rankers: Their artifacts, for the training curves.
        network: The network's meta.json; lists of numbers under `curves` of its details are drawn.
        bins: Calibration bins.

    Returns:
        `roc` (None where one class is missing), `calibration`, `ranker_curves` and `network_curves`.
    """
    both_classes = bool(clicked.any() and not clicked.all())
    roc, calibration = {}, {}
    for name, of_ranker in predictions.items():
        pushed = of_ranker.logged[0]
        if both_classes:
            false_positives, true_positives = roc_curve(pushed, clicked)
            roc[name] = {"false_positive_rate": false_positives, "true_positive_rate": true_positives}
        parts = calibration_bins(pushed, clicked, bins)
        calibration[name] = {"rows": parts.rows, "predicted": parts.predicted, "observed": parts.observed}
    return {
        "roc": roc or None,
        "calibration": calibration,
        "ranker_curves": {
            name: [curve.model_dump(mode="json") for curve in ranker.details.curves] for name, ranker in rankers.items()
        },
        "network_curves": _curves(network.details.get("curves", {})),
    }


def _curves(found: Mapping[str, Any]) -> dict[str, list[float]]:
    """Those entries that are lists of numbers."""
    return {
        name: values
        for name, values in found.items()
        if isinstance(values, list) and all(isinstance(value, int | float) for value in values)
    }
