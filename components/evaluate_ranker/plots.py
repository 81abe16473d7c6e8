"""The report's plots as SVG images inside the page; the same values draw the same bytes."""

from __future__ import annotations

import base64
import contextlib
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import matplotlib
import numpy
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from components.evaluate_ranker.number_text import words

WITHOUT_COLOR, WITH_COLOR, MUTED_COLOR = "#8b95a7", "#0f766e", "#c3cad6"
RANKER_STYLE = {"without_graph": (WITHOUT_COLOR, "without graph"), "with_graph": (WITH_COLOR, "with graph")}
NETWORK_STYLE = {"network": (WITH_COLOR, "graph network alone")}
REFRESH_COLORS = ("#c3cad6", "#7d93b2", WITH_COLOR, "#b4431f")
"""From the longest refresh to the shortest."""
STYLE = {
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#9aa3b2",
    "axes.labelcolor": "#3b4454",
    "axes.titlesize": 11,
    "axes.titlecolor": "#1d2430",
    "axes.grid": True,
    "grid.color": "#e8ebf0",
    "axes.axisbelow": True,
    "xtick.color": "#5b6575",
    "ytick.color": "#5b6575",
    "legend.frameon": False,
    "svg.hashsalt": "frontrow",
}


def roc_plot(curves: Mapping[str, Mapping[str, Sequence[float]]], rankers: Mapping[str, Any]) -> str:
    """ROC curves of the pushed seed of each ranker."""
    with figure_image(5.0, 4.4) as (figure, image):
        axes = figure.subplots()
        axes.plot([0, 1], [0, 1], color=MUTED_COLOR, linestyle="--", linewidth=1)
        for ranker, (color, label) in RANKER_STYLE.items():
            curve = curves[ranker]
            name = f"{label}, {rankers[ranker]['auc']:.4f}" if rankers[ranker]["auc"] is not None else label
            axes.plot(curve["false_positive_rate"], curve["true_positive_rate"], color=color, linewidth=2, label=name)
        axes.set(xlabel="share of the others shown", ylabel="share of the clicks found", xlim=(0, 1), ylim=(0, 1.01))
        axes.legend(loc="lower right")
    return image[0]


def calibration_plot(
    bins: Mapping[str, Mapping[str, Sequence[float]]], style: Mapping[str, tuple[str, str]] = RANKER_STYLE
) -> str:
    """Mean prediction against click rate in bins of equal mass, on logarithmic axes where all are above 0.

    Args:
        bins: By who predicts.
        style: Color and label of each.
    """
    with figure_image(5.0, 4.4) as (figure, image):
        axes = figure.subplots()
        values = numpy.concatenate([numpy.concatenate([part["predicted"], part["observed"]]) for part in bins.values()])
        positive = values[values > 0]
        limits = (float(positive.min()) * 0.7, min(1.0, float(positive.max()) * 1.4)) if len(positive) else (0.01, 1.0)
        axes.plot(limits, limits, color=MUTED_COLOR, linestyle="--", linewidth=1)
        for ranker, (color, label) in style.items():
            predicted, observed = numpy.array(bins[ranker]["predicted"]), numpy.array(bins[ranker]["observed"])
            shown = (predicted > 0) & (observed > 0)
            axes.plot(predicted[shown], observed[shown], "o-", color=color, markersize=4, linewidth=1.2, label=label)
        axes.set(xscale="log", yscale="log", xlim=limits, ylim=limits)
        axes.set(xlabel="predicted click probability", ylabel="observed click rate")
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(matplotlib.ticker.FuncFormatter(lambda value, _: f"{100 * value:g} %"))
            axis.set_minor_formatter(matplotlib.ticker.NullFormatter())
        axes.legend(loc="upper left")
    return image[0]


def lift_plot(scopes: Mapping[str, Mapping[str, Any]], metric: str) -> str | None:
    """Lift by slice with its interval; None where no slice has one.

    Args:
        scopes: By name, each with `lift`.
        metric: A metric of the lift.
    """
    told = [(name, scope["lift"][metric]) for name, scope in scopes.items() if scope["lift"]]
    told = [(name, lift) for name, lift in told if lift["value"] is not None]
    if not told:
        return None
    with figure_image(5.0, 1.0 + 0.3 * len(told)) as (figure, image):
        axes = figure.subplots()
        axes.axvline(0, color="#5b6575", linewidth=1)
        for row, (_, lift) in enumerate(reversed(told)):
            low, high = lift["low"], lift["high"]
            clear = low is not None and (low > 0 or high < 0)
            color = WITH_COLOR if clear and lift["value"] > 0 else "#b4431f" if clear else WITHOUT_COLOR
            if low is not None:
                axes.plot([low, high], [row, row], color=color, linewidth=2.4, solid_capstyle="round", alpha=0.55)
            axes.plot(lift["value"], row, "o", color=color, markersize=6)
        axes.set_yticks(range(len(told)), [words(name) for name, _ in reversed(told)])
        axes.set_ylim(-0.6, len(told) - 0.4)
        axes.grid(axis="y", visible=False)
        axes.set_xlabel("percentage points; the graph helps to the right of 0")
    return image[0]


def lift_by_day_plot(days: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> str:
    """Lifts with their intervals, day by day, refreshes side by side.

    Args:
        days: By day and refresh, the lift.
    """
    with figure_image(5.0, 3.6) as (figure, image):
        axes = figure.subplots()
        axes.axhline(0, color="#5b6575", linewidth=1)
        refreshes = list(next(iter(days.values())))
        for number, refresh in enumerate(refreshes):
            color = REFRESH_COLORS[number % len(REFRESH_COLORS)]
            places = numpy.arange(len(days)) + 0.22 * (number - (len(refreshes) - 1) / 2)
            lifts = [lift[refresh] for lift in days.values()]
            lows, highs, values = (
                numpy.array([lift[end] for lift in lifts], numpy.float64) for end in ("low", "high", "value")
            )  # None becomes NaN, which is not drawn
            axes.vlines(places, lows, highs, color=color, linewidth=2.4, alpha=0.55)
            axes.plot(places, values, "o", color=color, markersize=6, label=f"refresh {refresh}")
        axes.set_xticks(range(len(days)), list(days))
        axes.grid(axis="x", visible=False)
        axes.set_ylabel("percentage points")
        figure.legend(loc="outside upper center", ncols=len(refreshes))
    return image[0]


def training_plot(curves: Mapping[str, Sequence[Mapping[str, Any]]]) -> str | None:
    """Training (dashed) and validation loss, one panel a ranker, one line a seed; None without a curve."""
    if not any(curves.values()):
        return None
    with figure_image(10.0, 3.2) as (figure, image):
        panels = figure.subplots(1, 2, sharey=True)
        for axes, (ranker, (color, label)) in zip(panels, RANKER_STYLE.items(), strict=True):
            for number, curve in enumerate(curves.get(ranker, [])):
                for key, line, name in (("training_loss", "--", "training"), ("validation_loss", "-", "validation")):
                    epochs = range(1, len(curve[key]) + 1)
                    text = name if number == 0 else None
                    axes.plot(epochs, curve[key], line, marker="o", markersize=3, color=color, label=text)
            axes.set_title(label, loc="left")
            axes.set_xlabel("epoch")
            axes.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(integer=True))
            axes.legend()
        panels[0].set_ylabel("log loss")
    return image[0]


def network_plot(curves: Mapping[str, Sequence[float]]) -> str | None:
    """Every curve that the network's training recorded, one panel a name; None without one.

    A curve with one value more than the shortest also tells how it was before the first epoch.
    """
    shown = {name: values for name, values in curves.items() if len(values) > 0}
    if not shown:
        return None
    last_epoch = min(len(values) for values in shown.values())
    rows = -(-len(shown) // 2)
    with figure_image(10.0, 0.6 + 2.4 * rows) as (figure, image):
        grid = figure.subplots(rows, 2, squeeze=False)
        panels: list[Axes] = list(grid.ravel())
        for axes, (name, values) in zip(panels, shown.items(), strict=False):
            axes.plot(range(last_epoch - len(values) + 1, last_epoch + 1), values, "o-", color=WITH_COLOR, markersize=3)
            axes.set_title(words(name), loc="left")
            axes.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(integer=True))
        for axes in panels[len(shown) :]:
            axes.set_visible(False)
        for axes in panels[max(0, len(shown) - 2) : len(shown)]:
            axes.set_xlabel("epoch")
    return image[0]


@contextlib.contextmanager
def figure_image(width: float, height: float) -> Iterator[tuple[Figure, list[str]]]:
    """A styled figure; the list holds its data URI once the block has ended."""
    image: list[str] = []
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        yield figure, image
        buffer = io.BytesIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None}, transparent=True)
    image.append("data:image/svg+xml;base64," + base64.b64encode(buffer.getvalue()).decode("ascii"))
