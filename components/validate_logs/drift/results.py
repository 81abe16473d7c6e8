"""What a comparison of days gives, and how a difference becomes a level."""

from __future__ import annotations

import dataclasses
from typing import Literal, TypeAlias

import numpy
import numpy.typing

from schemas.drift_limits import DriftLimit

Level: TypeAlias = Literal["ok", "warn", "refuse"]
Counts: TypeAlias = numpy.typing.NDArray[numpy.int64]
ColumnKind: TypeAlias = Literal["category", "number", "hour"]


@dataclasses.dataclass(frozen=True)
class DriftResult:
    """One measure of one day against the days before.

    Attributes:
        table: The table whose days are compared.
        day: The UTC day, such as 2026-03-09.
        column: A column of the table, or `<table>.<column>` of one that describes its rows; None for all rows.
        measure: A field of ColumnDrift, `volume`, or `chi_squared`.
        value: What was measured on that day.
        reference: The same of the days before; None where the value itself compares the two.
        change: What the limits are about: a factor, a rise, or a distance.
        p_value: How likely chance alone makes a difference as large, if rows were independent. They are not (a request
            has many rows), so that it is a lower bound; None where there is no test.
        warn: The limit beyond which the level is `warn`.
        refuse: The limit beyond which the level is `refuse`.
        level: `ok` also where there are too few rows to tell.
    """

    table: str
    day: str
    column: str | None
    measure: str
    value: float
    reference: float | None
    change: float
    p_value: float | None
    warn: float | None
    refuse: float | None
    level: Level


@dataclasses.dataclass(frozen=True)
class Distribution:
    """How often each value of a column occurs, on the newest day and on the days before.

    Attributes:
        column: As in DriftResult.
        kind: Whether values are categories, numbers, or hours of the day.
        labels: Of categories: the values, most frequent first  # [K]
        edges: Of numbers and hours: the lower edge of each bin  # [K]
        newest: Rows of the newest day  # [K]
        before: Rows of the days before it  # [K]
    """

    column: str
    kind: ColumnKind
    labels: tuple[str, ...]
    edges: tuple[float, ...]
    newest: Counts
    before: Counts


@dataclasses.dataclass(frozen=True)
class TableComparison:
    """Everything that the comparison of one table's days gave.

    Attributes:
        table: The table.
        days: The whole days of the window, oldest first.
        results: Of every day that has at least two days before it, oldest first.
        distributions: Of each compared column, for the plots.
    """

    table: str
    days: tuple[str, ...]
    results: tuple[DriftResult, ...]
    distributions: tuple[Distribution, ...]

    @property
    def newest(self) -> tuple[DriftResult, ...]:
        """The results of the newest day, the only ones that warn or refuse."""
        return tuple(result for result in self.results if result.day == self.days[-1])


def level_of(change: float, limit: DriftLimit, p_value: float | None, significance: float) -> Level:
    """The level of a difference.

    A limit is about the size of a difference, since on millions of rows every difference is significant; the p-value
    only keeps the noise of few rows from deciding.
    """
    if p_value is not None and p_value >= significance:
        return "ok"
    if limit.refuse is not None and change > limit.refuse:
        return "refuse"
    return "warn" if limit.warn is not None and change > limit.warn else "ok"
