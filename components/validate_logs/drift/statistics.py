"""Statistics of two samples that are known by their counts."""

from __future__ import annotations

import numpy
import scipy.special
import scipy.stats

from components.validate_logs.drift.results import Counts

SMALLEST_SHARE = 1e-4
"""What the population stability index takes an empty category for: else one row of a new value would be infinite."""


def kolmogorov_smirnov(newest: Counts, before: Counts) -> tuple[float, float]:
    """The two-sample Kolmogorov-Smirnov statistic: the largest distance of the two distribution functions.

    On bins it is a lower bound of the statistic of the values themselves, and its p-value an upper bound; exact where
    each value has its own bin. Reference: N. Smirnov, "Table for estimating the goodness of fit of empirical
    distributions", Annals of Mathematical Statistics 19 (1948), whose limit for many rows is the p-value here.

    Args:
        newest: Rows in each bin, bins in order, at least one row in all  # [K]
        before: The same of the other sample  # [K]

    Returns:
        The statistic, 0 to 1, and its p-value.
    """
    rows, others = int(newest.sum()), int(before.sum())
    distance = float(numpy.abs(newest.cumsum() / rows - before.cumsum() / others).max())
    p_value = float(scipy.special.kolmogorov(distance * numpy.sqrt(rows / (rows + others) * others)))
    return distance, p_value


def chi_squared(newest: Counts, before: Counts) -> tuple[float, float, float]:
    """Pearson's chi-squared test of whether categories are equally frequent in both samples.

    References: K. Pearson, Philosophical Magazine 50 (1900); H. Cramér, "Mathematical Methods of Statistics" (1946),
    section 21.9, for V = sqrt(chi-squared / rows), here of a table with two rows.

    Args:
        newest: Rows of each category, at least one row in all  # [K]
        before: The same of the other sample  # [K]

    Returns:
        The statistic, its p-value (no continuity correction), and Cramér's V.
    """
    table = numpy.stack([newest, before])
    table = table[:, table.sum(axis=0) > 0]
    if table.shape[1] < 2:
        return 0.0, 1.0, 0.0
    statistic, p_value, _, _ = scipy.stats.chi2_contingency(table, correction=False)
    return float(statistic), float(p_value), float(numpy.sqrt(statistic / table.sum()))


def population_stability_index(newest: Counts, before: Counts) -> float:
    """The sum over categories of (a - b) ln(a / b), a and b the two samples' shares, at least SMALLEST_SHARE each.

    Reference: N. Siddiqi, "Credit Risk Scorecards" (2006), chapter 8; B. Yurdakul, "Statistical Properties of
    Population Stability Index" (2018), which shows it to be the symmetric Kullback-Leibler divergence.
    """
    one = numpy.maximum(newest / newest.sum(), SMALLEST_SHARE)
    other = numpy.maximum(before / before.sum(), SMALLEST_SHARE)
    return float(((one - other) * numpy.log(one / other)).sum())


def shares_differ(ones: int, rows: int, ones_before: int, rows_before: int) -> float:
    """The p-value of the chi-squared test that two shares are equal."""
    newest, before = numpy.array([ones, rows - ones]), numpy.array([ones_before, rows_before - ones_before])
    return chi_squared(newest, before)[1]


def volumes_differ(rows: int, rows_before: int, days_before: int) -> float:
    """The p-value of the test that two Poisson rates are equal, given the sum.

    Reference: J. Przyborowski, H. Wilenski, "Homogeneity of results in testing samples from Poisson series",
    Biometrika 31 (1940).

    Args:
        rows: Rows of the day.
        rows_before: Rows of all days before.
        days_before: How many days these are.
    """
    if rows + rows_before == 0:
        return 1.0
    return float(scipy.stats.binomtest(rows, rows + rows_before, 1 / (days_before + 1)).pvalue)


def factor_between(value: float, reference: float) -> float:
    """How many times larger the larger of two positive numbers is."""
    return max(value / reference, reference / value)
