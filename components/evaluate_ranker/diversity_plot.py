"""The picture of what re-ranking for diversity buys and costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy
from matplotlib.axes import Axes

from components.evaluate_ranker.plots import WITH_COLOR, WITHOUT_COLOR, figure_image

LINES = {
    "diversity of a page": {
        "article_diversity": (WITHOUT_COLOR, "of articles"),
        "audience_diversity": (WITH_COLOR, "of audience"),
    },
    "percentage points against 0": {
        "auc_per_request": (WITH_COLOR, "ROC-AUC per request"),
        "ndcg_at_10": (WITHOUT_COLOR, "NDCG@10"),
    },
}


def diversity_plot(curve: Sequence[Mapping[str, Any]] | None) -> str | None:
    """Diversity of pages, coverage of the catalogue, and the points lost on logged slates, by `diversity`.

    Args:
        curve: From diversity_curve; None where there is none.

    Returns:
        A data URI; None without a curve.
    """
    if curve is None:
        return None
    asked = [point["diversity"] for point in curve]
    with figure_image(10.0, 3.2) as (figure, image):
        varied, covered, lost = figure.subplots(1, 3)
        for axes, (title, lines) in zip((varied, lost), LINES.items(), strict=True):
            for metric, (color, label) in lines.items():
                _line(axes, asked, [point[metric] for point in curve], color, label)
            axes.set_title(title, loc="left")
            axes.legend()
        lost.axhline(0, color="#5b6575", linewidth=1)
        covered.plot(asked, [100 * point["coverage"] for point in curve], "o-", color=WITH_COLOR, markersize=4)
        covered.set_title("coverage of the catalogue, %", loc="left")
        for axes in (varied, covered, lost):
            axes.set_xlabel("diversity asked for")
    return image[0]


def _line(axes: Axes, asked: Sequence[float], values: Sequence[Mapping[str, Any]], color: str, label: str) -> None:
    # None becomes NaN, which is not drawn.
    low, high, value = (numpy.array([of[end] for of in values], numpy.float64) for end in ("low", "high", "value"))
    axes.fill_between(asked, low, high, color=color, alpha=0.15, linewidth=0)
    axes.plot(asked, value, "o-", color=color, markersize=4, linewidth=1.6, label=label)
