"""One figure a column: its distribution, and its measures day by day with their limits; same values, same bytes."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence

import matplotlib
import numpy
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from components.validate_logs.drift.results import Distribution, DriftResult

NEWEST_COLOR, BEFORE_COLOR = "#0f766e", "#9aa3b2"
LEVEL_COLORS = {"ok": "#0f766e", "warn": "#b45309", "refuse": "#b3261e"}
MEASURE_TITLES = {
    "volume": "rows",
    "rate": "rate of 1",
    "null_share": "share without value",
    "unseen_share": "share not seen before",
    "kolmogorov_smirnov": "Kolmogorov-Smirnov distance",
    "population_stability_index": "population stability index",
    "cramers_v": "Cramér's V",
}
STYLE = {
    "font.size": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#9aa3b2",
    "axes.titlesize": 9,
    "axes.titlelocation": "left",
    # A fixed place: looking for a free one draws every axis twice.
    "axes.titley": 1.02,
    "axes.grid": True,
    "grid.color": "#e8ebf0",
    "axes.axisbelow": True,
    "xtick.color": "#5b6575",
    "ytick.color": "#5b6575",
    "svg.hashsalt": "frontrow",
    "svg.fonttype": "none",
}
MOST_CATEGORIES = 8


def column_plot(distribution: Distribution | None, measures: Mapping[str, Sequence[DriftResult]]) -> str:
    """The figure of one column, as a data URI.

    Args:
        distribution: The column's; None for ids and for the rows of the table.
        measures: The results of each measure that is drawn, oldest day first, at least one each.
    """
    panels = len(measures) + (distribution is not None)
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(3.4 * panels, 2.1))
        # Fixed margins: working them out would take longer than drawing.
        figure.subplots_adjust(
            left=0.5 / (3.4 * panels), right=1 - 0.1 / (3.4 * panels), bottom=0.14, top=0.86, wspace=0.26
        )
        axes: list[Axes] = list(figure.subplots(1, panels, squeeze=False)[0])
        if distribution is not None:
            _draw_distribution(axes.pop(0), distribution)
        for panel, (measure, results) in zip(axes, measures.items(), strict=True):
            _draw_measure(panel, measure, results)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None}, transparent=True)
    return "data:image/svg+xml;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")


def _draw_distribution(axes: Axes, distribution: Distribution) -> None:
    newest, before = (100 * counts / counts.sum() for counts in (distribution.newest, distribution.before))
    if distribution.kind == "number":
        edges = numpy.array(distribution.edges)
        for values, color in ((before, BEFORE_COLOR), (newest, NEWEST_COLOR)):
            axes.step(edges, values.cumsum(), where="post", color=color, linewidth=1.6)
        if edges[-1] > 1000:
            axes.set_xscale("symlog")
        axes.set_title("% of values up to")
        axes.set_ylim(0, 101)
    else:
        shown = slice(None) if distribution.kind == "hour" else slice(MOST_CATEGORIES)
        labels = distribution.labels[shown]
        place = numpy.arange(len(labels)) if distribution.kind == "category" else numpy.array(distribution.edges)
        axes.bar(place - 0.2, before[shown], 0.4, color=BEFORE_COLOR)
        axes.bar(place + 0.2, newest[shown], 0.4, color=NEWEST_COLOR)
        if distribution.kind == "category":
            axes.set_xticks(place, [label if len(label) <= 10 else label[:9] + "…" for label in labels])
        axes.set_title("% of rows" if distribution.kind == "category" else "% of rows by hour (UTC)")
        axes.grid(axis="x", visible=False)


def _draw_measure(axes: Axes, measure: str, results: Sequence[DriftResult]) -> None:
    days = range(len(results))
    for name in ("warn", "refuse"):
        for bound in _bounds(results, name):
            axes.plot(days, bound, color=LEVEL_COLORS[name], linewidth=1, linestyle=":")
    references = [result.reference for result in results]
    if None not in references:
        axes.plot(days, [float(value or 0) for value in references], color=BEFORE_COLOR, linestyle="--", linewidth=1.2)
    axes.plot(days, [result.value for result in results], color=BEFORE_COLOR, linewidth=1.2)
    axes.scatter(
        days, [result.value for result in results], s=18, c=[LEVEL_COLORS[result.level] for result in results], zorder=3
    )
    axes.set_xticks(days, [result.day[5:] for result in results])
    axes.set_ylim(bottom=0)
    axes.set_title(MEASURE_TITLES[measure], color=LEVEL_COLORS[results[-1].level])


def _bounds(results: Sequence[DriftResult], name: str) -> list[list[float]]:
    """Where the values would reach a limit; a bound is left out that would press the values into one line."""
    limits: list[float | None] = [getattr(result, name) for result in results]
    bounds: list[list[float]] = []
    largest = max(result.value for result in results)
    factor = results[0].measure in ("volume", "rate")
    for sign in (1, -1) if factor else (1,):
        bound = []
        for result, limit in zip(results, limits, strict=True):
            if limit is None:
                return []
            reference = result.reference if result.reference is not None else 0.0
            bound.append(reference * limit**sign if factor else reference + limit)
        if max(bound) <= 2.5 * largest if factor else min(bound) < 1:
            bounds.append(bound)
    return bounds
