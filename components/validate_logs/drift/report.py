"""The drift section of validation.html: the newest day's results as a table, a figure a column."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from components.validate_logs.drift.plots import MEASURE_TITLES, column_plot
from components.validate_logs.drift.results import DriftResult, Level, TableComparison

ORDER: tuple[Level, ...] = ("ok", "warn", "refuse")


@dataclasses.dataclass(frozen=True)
class ColumnSection:
    """One compared column of one table.

    Attributes:
        table: The table.
        column: The column; empty for the rows themselves.
        level: The worst of the newest day.
        newest: The newest day's results.
        plot: Its figure, as a data URI.
    """

    table: str
    column: str
    level: Level
    newest: tuple[DriftResult, ...]
    plot: str


def column_sections(comparisons: Iterable[TableComparison]) -> list[ColumnSection]:
    """Draws every compared column, in declared order."""
    return [section for comparison in comparisons for section in _sections(comparison)]


def _sections(comparison: TableComparison) -> list[ColumnSection]:
    distributions = {distribution.column: distribution for distribution in comparison.distributions}
    sections: list[ColumnSection] = []
    for column in dict.fromkeys(result.column for result in comparison.results):
        results = [result for result in comparison.results if result.column == column]
        measures = {
            measure: series
            for measure in MEASURE_TITLES
            if (series := [result for result in results if result.measure == measure]) and _is_told(measure, series)
        }
        newest = tuple(result for result in results if result.day == comparison.days[-1])
        distribution = distributions.get(column or "")
        if not measures and distribution is None:
            continue
        levels: list[Level] = [result.level for result in newest]
        level: Level = max(levels, key=ORDER.index, default="ok")
        plot = column_plot(distribution, measures)
        sections.append(ColumnSection(comparison.table, column or "", level, newest, plot))
    return sections


def _is_told(measure: str, series: list[DriftResult]) -> bool:
    """A missing value nowhere, or a second measure of the same counts without a limit, needs no picture."""
    if measure == "null_share":
        return any(result.value > 0 or (result.reference or 0) > 0 for result in series)
    return measure != "cramers_v" or series[-1].warn is not None or series[-1].refuse is not None
