"""Draws without replacement from few edges, looking at the weight of each."""

from __future__ import annotations

import math

import numpy

from components.train_gnn.sampler.compiled import compiled
from components.train_gnn.sampler.random_numbers import unit

FEW = 64
"""Up to so many edges are drawn from one after the other."""

_VANISHING = 1e-200
"""Weights are taken anew, relative to the newest edge that is left, before they lose digits."""


@compiled
def draw_from_few(
    time: numpy.ndarray,
    rate: float,
    stream: numpy.uint64,
    low: int,
    high: int,
    weight: numpy.ndarray,
    cumulative: numpy.ndarray,
    chosen: numpy.ndarray,
) -> None:
    """Draws edges of [low, high) one after the other, by weight among those that are left.

    Args:
        time: Of every edge [edges].
        rate: ln 2 / half-life.
        stream: Key of the node's draws.
        low: First eligible edge.
        high: One past the last; at most 64 further.
        weight: Room for their weights [64].
        cumulative: Room for the weights' running sums [64].
        chosen: Receives the drawn edges, fewer than there are [wanted].
    """
    edges = high - low
    for edge in range(edges):
        weight[edge] = math.exp(-rate * (time[high - 1] - time[low + edge]))
    total, counter, have = _accumulate(weight, cumulative, edges), 0, 0
    while have < len(chosen):
        point = unit(stream, counter) * total
        counter += 1
        drawn = 0
        for edge in range(edges):
            drawn += cumulative[edge] <= point
        if drawn < edges and weight[drawn] > 0.0:
            chosen[have] = low + drawn
            have += 1
            weight[drawn] = 0.0
        else:  # a repeat: from now on the edges that are out have no share
            total = _accumulate(weight, cumulative, edges)
            if total < _VANISHING:
                _rescale(time, rate, low, weight[:edges], chosen[:have])
                total = _accumulate(weight, cumulative, edges)


@compiled
def _accumulate(weight: numpy.ndarray, cumulative: numpy.ndarray, edges: int) -> float:
    """Writes the running sums of the weights and returns the last one."""
    total = 0.0
    for edge in range(edges):
        total += weight[edge]
        cumulative[edge] = total
    return total


@compiled
def _rescale(time: numpy.ndarray, rate: float, low: int, weight: numpy.ndarray, out: numpy.ndarray) -> None:
    """Takes the weights anew, relative to the newest edge that is not out."""
    newest = -1
    for edge in range(len(weight)):
        weight[edge] = 1.0
    for place in range(len(out)):
        weight[out[place] - low] = 0.0
    for edge in range(len(weight)):
        newest = edge if weight[edge] > 0.0 else newest
    for edge in range(len(weight)):
        weight[edge] *= math.exp(-rate * max(time[low + newest] - time[low + edge], 0))


@compiled
def smallest_keys(
    time: numpy.ndarray, rate: float, stream: numpy.uint64, low: int, high: int, chosen: numpy.ndarray
) -> None:
    """Chooses the edges of [low, high) with the smallest keys: an exponential variate over the weight, in logarithms.

    The arguments are those of draw_from_few.
    """
    wanted = len(chosen)
    smallest = numpy.empty(wanted, dtype=numpy.float64)
    kept = 0
    for edge in range(low, high):
        variate = -math.log(1.0 - unit(stream, edge - low))
        # A variate of zero (once in 2^53) wins over every other.
        candidate = (math.log(variate) if variate > 0 else -math.inf) + rate * (time[high - 1] - time[edge])
        if kept == wanted and candidate >= smallest[wanted - 1]:
            continue
        place = kept if kept < wanted else wanted - 1
        while place > 0 and smallest[place - 1] > candidate:
            smallest[place], chosen[place] = smallest[place - 1], chosen[place - 1]
            place -= 1
        smallest[place], chosen[place] = candidate, edge
        kept = min(kept + 1, wanted)
