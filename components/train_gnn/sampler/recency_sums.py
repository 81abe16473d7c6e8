"""Running sums of exponentially decaying weights, as logarithms."""

from __future__ import annotations

import math

import numpy
import numpy.typing

from components.train_gnn.sampler.compiled import compiled

UNIT = 2.0**-44
"""Sums are kept as integers of this unit: finer than a float's own steps at their size, and quick to compare."""


@compiled
def log_sums(colptr: numpy.ndarray, time: numpy.ndarray, rate: float) -> numpy.ndarray:
    """Logarithms of every target's running sums of weights, relative to the weight of its first edge.

    Args:
        colptr: The edges of target i lie in [colptr[i], colptr[i + 1]) [targets + 1].
        time: Of every edge, ascending within a target [edges].
        rate: ln 2 / half-life.

    Returns:
        int64 in units of 2^-44, rising within a target, from 0 [edges].
    """
    result = numpy.empty(len(time), dtype=numpy.int64)
    for target in range(len(colptr) - 1):
        first = colptr[target]
        total = 0.0  # relative to the newest edge so far, so that it neither overflows nor vanishes
        for edge in range(first, colptr[target + 1]):
            total = total * math.exp(-rate * (time[edge] - time[max(edge - 1, first)])) + 1.0
            result[edge] = int((math.log(total) + rate * (time[edge] - time[first])) / UNIT)
    return result


@compiled
def share_before(sums: numpy.ndarray, before: bool, low: int, high: int) -> float:
    """Weight of a target's edges before `low` as a share of that of its edges before `high`.

    Args:
        sums: Of log_sums.
        before: Whether the target has edges before `low`.
        low: A position.
        high: A later one.
    """
    return math.exp(float(sums[low - 1] - sums[high - 1]) * UNIT) if before else 0.0


@compiled
def log_mass(sums: numpy.ndarray, before: bool, low: int, high: int) -> float:
    """Logarithm of the weight of the edges in [low, high); the arguments are those of share_before."""
    if low >= high:
        return -math.inf
    share = share_before(sums, before, low, high)
    return float(sums[high - 1]) * UNIT + (math.log1p(-share) if share < 1.0 else -math.inf)


@compiled
def inverse(sums: numpy.ndarray, share: float, high: int, draw: float) -> int:
    """The running sum at which a uniform number falls; the first edge whose sum is not below it is the drawn one.

    Args:
        sums: Of log_sums.
        share: Of share_before, for the first eligible edge and `high`.
        high: One past the last eligible edge.
        draw: Uniform in [0, 1).

    Returns:
        In units of 2^-44, in [0, the sum of the last eligible edge].
    """
    mass = share + (1.0 - draw) * (1.0 - share)  # in (share, 1]
    upper = int(sums[high - 1])
    return min(max(upper + int(math.log(mass) / UNIT), 0), upper)
