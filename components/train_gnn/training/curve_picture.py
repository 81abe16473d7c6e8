"""The picture of a training: curves.svg of the network artifact."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from components.train_gnn.training.progress import Curves

_STYLE = {"font.size": 9, "axes.grid": True, "grid.color": "#e8ebf0", "legend.frameon": False, "svg.hashsalt": "gnn"}


def curve_picture(
    curves: Curves, pairwise_cosines: Mapping[str, Sequence[float]], limit: float, kept_epoch: int
) -> bytes:
    """Draws the curves and, by layer, how alike the vectors are.

    Args:
        curves: From the training.
        pairwise_cosines: By kind of node, input vectors first, then each layer.
        limit: Above it a layer counts as over-smoothed.
        kept_epoch: Whose weights the artifact holds.

    Returns:
        An SVG; the same values draw the same bytes.
    """
    panels: list[tuple[str, str, Callable[[Axes], None]]] = [
        ("loss", "epoch", lambda axes: _losses(axes, curves, kept_epoch)),
        ("ROC-AUC on the validation links", "epoch", lambda axes: _by_epoch(axes, curves.validation_auc)),
        ("mean gradient norm", "epoch", lambda axes: _by_epoch(axes, curves.gradient_norm, first=1)),
        ("mean pairwise cosine", "layer", lambda axes: _cosines(axes, pairwise_cosines, limit)),
    ]
    if curves.shrinkage:
        panels.append(("learned shrinkage", "epoch", lambda axes: _shrinkages(axes, curves.shrinkage)))
    rows = -(-len(panels) // 2)
    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=(10.0, 3.0 * rows), layout="constrained")
        grid = list(figure.subplots(rows, 2, squeeze=False).ravel())
        for axes, (title, along, draw) in zip(grid, panels, strict=False):
            draw(axes)
            axes.set_title(title, loc="left")
            axes.set_xlabel(along)
            axes.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(integer=True))
        for axes in grid[len(panels) :]:
            axes.set_visible(False)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    return buffer.getvalue()


def _by_epoch(axes: Axes, values: Sequence[float], first: int = 0, label: str | None = None) -> None:
    axes.plot(range(first, first + len(values)), values, "o-", markersize=3, label=label)


def _losses(axes: Axes, curves: Curves, kept_epoch: int) -> None:
    _by_epoch(axes, curves.training_loss, first=1, label="training")
    _by_epoch(axes, curves.validation_loss, label="validation")
    axes.axvline(kept_epoch, color="#9aa3b2", linestyle=":", label="kept weights")
    axes.legend(loc="upper right")


def _cosines(axes: Axes, pairwise_cosines: Mapping[str, Sequence[float]], limit: float) -> None:
    for kind, values in pairwise_cosines.items():
        axes.plot(range(len(values)), values, "o-", markersize=3, label=kind)
    axes.axhline(limit, color="#9aa3b2", linestyle=":", label="over-smoothed above")
    axes.legend(loc="upper right")


def _shrinkages(axes: Axes, shrinkage: Mapping[str, Sequence[float]]) -> None:
    for name, values in shrinkage.items():
        _by_epoch(axes, values, label=name.replace("encoder.", "").replace(".log_shrinkage.", " "))
    axes.legend(loc="upper right", fontsize=5, ncols=2)
