"""Each day's counts against the sum of the days before: how large the difference is and whether chance explains it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Literal

import numpy
import pandas

from components.validate_logs.drift.results import ColumnKind, Counts
from components.validate_logs.drift.statistics import (
    chi_squared,
    factor_between,
    kolmogorov_smirnov,
    population_stability_index,
    shares_differ,
    volumes_differ,
)

DAYS_BEFORE = 2
"""A day is compared once it has as many days before it: one alone says nothing about how much days differ."""


@dataclasses.dataclass(frozen=True)
class Difference:
    """One measure of one day, before any limit; see DriftResult.

    Attributes:
        fewest: Rows of the smaller of the two samples.
    """

    day: str
    measure: str
    value: float
    reference: float | None
    change: float
    p_value: float | None
    fewest: int


def volume_differences(rows: Counts, days: Sequence[str]) -> Iterator[Difference]:
    """Rows of each day against the median of the days before, which one bad day among them does not move.

    Args:
        rows: Of each day  # [D]
        days: Their names, oldest first.
    """
    for index in range(DAYS_BEFORE, len(days)):
        value, before = int(rows[index]), rows[:index]
        median = float(numpy.median(before))
        # One row more on both sides keeps the factor of an empty day finite.
        change = factor_between(value + 1, median + 1)
        p_value = volumes_differ(value, int(before.sum()), index)
        yield Difference(days[index], "volume", value, median, change, p_value, int(median))


def share_differences(
    measure: Literal["rate", "null_share", "unseen_share"],
    ones: Counts,
    rows: Counts,
    days: Sequence[str],
    first: int = 0,
) -> Iterator[Difference]:
    """The share of each day against that of the days before together.

    Args:
        measure: A rate changes by a factor, up or down; the other shares by how much they rise.
        ones: Rows that count, of each day  # [D]
        rows: All rows  # [D]
        days: Their names, oldest first.
        first: The first day that can be a reference.
    """
    for index in range(DAYS_BEFORE, len(days)):
        day_ones, day_rows = int(ones[index]), int(rows[index])
        ones_before, rows_before = int(ones[first:index].sum()), int(rows[first:index].sum())
        if day_rows == 0 or rows_before == 0:
            continue
        value, reference = day_ones / day_rows, ones_before / rows_before
        if measure == "rate":
            # Half a row more on both sides keeps the factor finite (Jeffreys' prior).
            change = factor_between((day_ones + 0.5) / (day_rows + 1), (ones_before + 0.5) / (rows_before + 1))
        else:
            change = value - reference
        p_value = shares_differ(day_ones, day_rows, ones_before, rows_before)
        yield Difference(days[index], measure, value, reference, change, p_value, min(day_rows, rows_before))


def distribution_differences(kind: ColumnKind, values: pandas.DataFrame, days: Sequence[str]) -> Iterator[Difference]:
    """The distribution of each day against that of the days before together.

    Args:
        kind: Categories get the chi-squared test, Cramér's V and the population stability index, numbers and hours
            the Kolmogorov-Smirnov test.
        values: Rows by value (index, in order) and day (columns, those of `days`).
        days: Their names, oldest first.
    """
    counts: Counts = values.to_numpy()
    for index in range(DAYS_BEFORE, len(days)):
        newest, before = counts[:, index], counts[:, :index].sum(axis=1)
        day, fewest = days[index], int(min(newest.sum(), before.sum()))
        if fewest == 0:
            continue
        if kind == "category":
            statistic, p_value, strength = chi_squared(newest, before)
            stability = population_stability_index(newest, before)
            yield Difference(day, "population_stability_index", stability, None, stability, p_value, fewest)
            yield Difference(day, "cramers_v", strength, None, strength, p_value, fewest)
            yield Difference(day, "chi_squared", statistic, None, statistic, p_value, fewest)
        else:
            distance, p_value = kolmogorov_smirnov(newest, before)
            yield Difference(day, "kolmogorov_smirnov", distance, None, distance, p_value, fewest)
