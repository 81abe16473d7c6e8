"""How well the graph network predicts links by itself, as production would see them.

How the network does on the disjoint test graph it says itself, in its artifact.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from components.evaluate_ranker.link_auc import ScoredLinks, link_auc
from components.evaluate_ranker.link_calibration import link_calibration
from components.evaluate_ranker.link_slices import link_slices
from components.evaluate_ranker.metrics import BoolArray
from components.evaluate_ranker.record_columns import RecordColumns
from components.evaluate_ranker.settings import EvaluationSettings

SLICE_COLUMNS = ("cold_user", "new_content", "window_views")
"""What row_slices reads of the test rows."""


def row_slices(columns: RecordColumns) -> dict[str, BoolArray]:
    """Slices of the test rows, see link_slices."""
    values = columns.values
    return link_slices(values["cold_user"] == 1, values["window_views"], values["new_content"] == 1)


def network_alone(
    links: ScoredLinks, slices: Mapping[str, BoolArray], details: Mapping[str, Any], settings: EvaluationSettings
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """The network's part of the report.

    Args:
        links: From network_links.
        slices: From row_slices.
        details: Of the network artifact.
        settings: Resamples, level, bins and the like.

    Returns:
        What link_auc tells of the test rows, `calibration`, `encoder`, `loss`, and `test_graph` as the artifact has it
        (None where it has none); and the bins of the calibration plot.
    """
    calibration, bins = link_calibration(links.score, links.clicked, details.get("log_odds"), settings.calibration_bins)
    network_settings = details.get("settings", {})
    told = {
        **link_auc(links, slices, settings),
        "calibration": calibration,
        "encoder": network_settings.get("encoder"),
        "loss": network_settings.get("loss", {}).get("name"),
        "test_graph": details.get("test_graph"),
    }
    return told, bins
