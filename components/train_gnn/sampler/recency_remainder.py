"""Draws what is left to draw when a few edges hold nearly all the weight and are already out."""

from __future__ import annotations

import math

import numpy

from components.train_gnn.sampler.compiled import compiled
from components.train_gnn.sampler.random_numbers import unit
from components.train_gnn.sampler.recency_sums import inverse, log_mass, share_before


@compiled
def draw_remainder(
    sums: numpy.ndarray,
    before: bool,
    low: int,
    high: int,
    stream: numpy.uint64,
    counter: int,
    chosen: numpy.ndarray,
    have: int,
) -> None:
    """Draws edges one after the other from the runs between those that are out: first the run, then the edge in it.

    Args:
        sums: Logarithms of running sums (log_sums) [edges].
        before: Whether the target has edges before `low`.
        low: First eligible edge.
        high: One past the last.
        stream: Key of the node's draws.
        counter: Number of the next draw.
        chosen: The first `have` are out; receives the others [wanted].
        have: Number of edges that are out.
    """
    wanted = len(chosen)
    begin, end = numpy.empty(wanted + 1, dtype=numpy.int64), numpy.empty(wanted + 1, dtype=numpy.int64)
    mass = numpy.empty(wanted + 1, dtype=numpy.float64)  # logarithms
    begin[0], end[0], mass[0] = low, high, log_mass(sums, before, low, high)
    for place in range(have):
        run = 0
        while not begin[run] <= chosen[place] < end[run]:
            run += 1
        _split(sums, before, low, begin, end, mass, run, place + 1, chosen[place])
    for place in range(have, wanted):
        runs = place + 1
        heaviest = mass[:runs].max()
        total = 0.0
        for run in range(runs):
            total += math.exp(mass[run] - heaviest)
        left = unit(stream, counter) * total
        run = 0
        for candidate in range(runs):
            share = math.exp(mass[candidate] - heaviest)
            if share > 0:
                run = candidate
                if left < share:
                    break
            left -= share
        chosen[place] = _edge_of_run(sums, before or begin[run] > low, begin[run], end[run], unit(stream, counter + 1))
        counter += 2
        _split(sums, before, low, begin, end, mass, run, runs, chosen[place])


@compiled
def _split(
    sums: numpy.ndarray,
    before: bool,
    low: int,
    begin: numpy.ndarray,
    end: numpy.ndarray,
    mass: numpy.ndarray,
    run: int,
    new_run: int,
    edge: int,
) -> None:
    """Takes an edge out of a run: what precedes it stays the run, what follows becomes a new one."""
    begin[new_run], end[new_run] = edge + 1, end[run]
    end[run] = edge
    mass[run] = log_mass(sums, before or begin[run] > low, begin[run], end[run])
    mass[new_run] = log_mass(sums, True, begin[new_run], end[new_run])


@compiled
def _edge_of_run(sums: numpy.ndarray, before: bool, low: int, high: int, draw: float) -> int:
    """The edge of [low, high) that a uniform number chooses, by weight."""
    limit = inverse(sums, share_before(sums, before, low, high), high, draw)
    last = high - 1
    while low < last:
        middle = (low + last) >> 1
        if sums[middle] < limit:
            low = middle + 1
        else:
            last = middle
    return low
