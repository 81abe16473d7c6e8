"""The verdict's picture: who gains and who loses, and how far a loss would be borne."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from components.evaluate_ranker.number_text import words
from components.evaluate_ranker.plots import WITH_COLOR, WITHOUT_COLOR, figure_image

BAD_COLOR, REFUSED_COLOR = "#b4431f", "#f7e3dc"


def difference_plot(challenge: Mapping[str, Any]) -> str | None:
    """Challenger minus reference in ROC-AUC per request, all and by slice, over the region that is refused.

    A whole is refused where the lower end of its interval reaches into the region, a slice where all of its interval
    lies inside.

    Args:
        challenge: Of report.json.

    Returns:
        A data URI; None where there is no difference.
    """
    if challenge["difference"] is None or challenge["difference"]["auc_per_request"]["low"] is None:
        return None
    tolerances = challenge["tolerances"]
    told = {"all": challenge["difference"]["auc_per_request"]}
    told |= {name: part["auc_per_request"] for name, part in challenge["slices"].items() if part["auc_per_request"]}
    told = {name: difference for name, difference in told.items() if difference["low"] is not None}
    rows = list(reversed(told.items()))
    left = 1.05 * min(-1.2 * max(*tolerances.values(), 0.1), *(difference["low"] for _, difference in rows))
    right = 1.05 * max(-left / 2, *(difference["high"] for _, difference in rows))
    with figure_image(10.0, 1.1 + 0.25 * len(rows)) as (figure, image):
        axes = figure.subplots()
        for row, (name, difference) in enumerate(rows):
            tolerance = tolerances["all" if name == "all" else "slice"]
            decisive = difference["low"] if name == "all" else difference["high"]
            color = BAD_COLOR if decisive < -tolerance else WITH_COLOR if difference["low"] > 0 else WITHOUT_COLOR
            axes.barh(row, -tolerance - left, left=left, height=0.9, color=REFUSED_COLOR, linewidth=0)
            axes.plot([difference["low"], difference["high"]], [row, row], color=color, linewidth=3, alpha=0.55)
            axes.plot(difference["value"], row, "o", color=color, markersize=7)
        if -tolerances["all"] - left > (right - left) / 5:
            axes.text(left, len(rows) - 1, "  more than may be lost", va="center", color=BAD_COLOR, fontsize=9)
        axes.axvline(0, color="#5b6575", linewidth=1)
        labels = ["everybody" if name == "all" else words(name) for name, _ in rows]
        axes.set_yticks(range(len(rows)), labels)
        axes.get_yticklabels()[-1].set_fontweight("bold")
        axes.set(xlim=(left, right), ylim=(-0.6, len(rows) - 0.4))
        axes.grid(axis="y", visible=False)
        than = "the ranker that serves now" if challenge["reference"] == "champion" else "popularity"
        axes.set_xlabel(f"percentage points; pages are ordered better than by {than} to the right of 0")
    return image[0]
