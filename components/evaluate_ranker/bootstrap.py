"""Paired bootstrap over users: every ranker, seed and slice sees the same resampled users.

A user's requests depend on each other, therefore whole users are drawn (the cluster bootstrap; Davison and Hinkley,
"Bootstrap Methods and their Application", 1997, section 3.8). Intervals are percentiles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy
import numpy.typing
import scipy.sparse
from tqdm import tqdm

from components.evaluate_ranker.metrics import BoolArray, FloatArray, IntArray

RESAMPLES_AT_ONCE = 50
"""Bounds the memory: as many weights a user at a time."""

Statistic = Callable[[FloatArray], FloatArray]
"""From the weights of users, float32 [users, resamples], to one value a resample [resamples]; NaN where undefined."""


def pooled_auc(scores: FloatArray, clicked: BoolArray, users: IntArray, user_count: int) -> Statistic:
    """ROC-AUC of all rows under user weights, ties counting one half.

    Sorting happens once. The rows without a click fall into 2 K + 1 cells around the K distinct scores of the clicked
    rows (below the first, equal to it, between it and the second, ...); a resample only sums user weights by cell.

    Args:
        scores: Scores [rows].
        clicked: Labels [rows].
        users: Index of each row's user [rows].
        user_count: How many users the weights are for.
    """
    levels, level_of_click = numpy.unique(scores[clicked], return_inverse=True)
    below = numpy.searchsorted(levels, scores[~clicked], side="left")
    tied = numpy.isin(scores[~clicked], levels)
    click_sums = summing_matrix(level_of_click, users[clicked], len(levels), user_count)
    other_sums = summing_matrix(2 * below + tied, users[~clicked], 2 * len(levels) + 1, user_count)

    def statistic(weights: FloatArray) -> FloatArray:
        clicks = numpy.asarray(click_sums @ weights, numpy.float64)  # [K, resamples]
        others = numpy.asarray(other_sums @ weights, numpy.float64)  # [2 K + 1, resamples]
        beaten = numpy.cumsum(others, axis=0)[0:-1:2] + others[1::2] / 2  # [K, resamples]
        pairs = clicks.sum(axis=0) * others.sum(axis=0)
        return numpy.where(pairs > 0, (clicks * beaten).sum(axis=0) / numpy.where(pairs > 0, pairs, 1), numpy.nan)

    return statistic


def mean_value(values: FloatArray, users: IntArray, user_count: int) -> Statistic:
    """The mean of values that each belong to one user (of a row or of a request); NaN values are left out.

    Args:
        values: One value a row or request [values].
        users: Index of each value's user [values].
        user_count: How many users the weights are for.
    """
    known = ~numpy.isnan(values)
    sums = numpy.bincount(users[known], values[known], minlength=user_count)
    counts = numpy.bincount(users[known], minlength=user_count).astype(numpy.float64)

    def statistic(weights: FloatArray) -> FloatArray:
        total = counts @ weights
        return numpy.where(total > 0, (sums @ weights) / numpy.where(total > 0, total, 1), numpy.nan)

    return statistic


def summing_matrix(
    cells: IntArray, users: IntArray, cell_count: int, user_count: int, values: FloatArray | None = None
) -> scipy.sparse.csr_array:
    """Sums user weights by cell: entry (c, u) adds up the values of the rows of user u in cell c [cells, users].

    Args:
        cells: Cell of each row [rows].
        users: Index of each row's user [rows].
        cell_count: How many cells.
        user_count: How many users.
        values: What each row adds, 1 by default [rows].
    """
    added = numpy.ones(len(cells), numpy.float32) if values is None else values
    return scipy.sparse.coo_array((added, (cells, users)), shape=(cell_count, user_count)).tocsr()


def resample(
    statistics: Mapping[str, Statistic], user_count: int, resamples: int, seed: int, progress: bool = False
) -> dict[str, FloatArray]:
    """Evaluates every statistic on the same resamples.

    Args:
        statistics: By name.
        user_count: Users of the whole test; each resample draws as many with replacement.
        resamples: How many resamples.
        seed: Same seed, same resamples.
        progress: Whether to show a progress bar.

    Returns:
        Values by name [resamples].
    """
    parts: dict[str, list[FloatArray]] = {name: [] for name in statistics}
    with tqdm(total=resamples, desc="bootstrap", unit="resample", disable=not progress) as bar:
        for weights in _user_weights(user_count, resamples, seed):
            for name, statistic in statistics.items():
                parts[name].append(statistic(weights))
            bar.update(weights.shape[1])
    return {name: numpy.concatenate(values) for name, values in parts.items()}


def interval(values: FloatArray, level: float) -> tuple[float, float]:
    """The percentile interval of resampled values; NaN where more than one resample in a hundred is undefined."""
    if numpy.isnan(values).mean() > 0.01:
        return float("nan"), float("nan")
    low, high = numpy.nanquantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def auc_interval(
    scores: FloatArray,
    clicked: BoolArray,
    users: numpy.typing.NDArray[Any],
    level: float = 0.95,
    resamples: int = 1000,
    seed: int = 1,
) -> tuple[float, float]:
    """The interval of one pooled ROC-AUC over users. For a level of 0.999 ask for 10,000 resamples or more.

    Args:
        scores: Scores [rows].
        clicked: Labels [rows].
        users: Any id of each row's user [rows].
        level: Confidence level.
        resamples: How many resamples.
        seed: Of the resamples.
    """
    names, index = numpy.unique(users, return_inverse=True)
    statistics = {"auc": pooled_auc(scores, clicked, index, len(names))}
    return interval(resample(statistics, len(names), resamples, seed)["auc"], level)


def _user_weights(user_count: int, resamples: int, seed: int) -> Iterator[FloatArray]:
    """How often each user is drawn, float32 [users, up to RESAMPLES_AT_ONCE]; counts are exact in float32."""
    generator = numpy.random.default_rng(seed)
    for start in range(0, resamples, RESAMPLES_AT_ONCE):
        columns = [
            numpy.bincount(generator.integers(0, user_count, user_count), minlength=user_count)
            for _ in range(min(RESAMPLES_AT_ONCE, resamples - start))
        ]
        yield numpy.stack(columns, axis=1).astype(numpy.float32)
