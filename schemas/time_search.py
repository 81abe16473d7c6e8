"""Finds, for many nodes at once, which of their time-sorted edges are older than an instant."""

from __future__ import annotations

import numpy

from schemas.graph_artifact import IntArray


def first_not_before(time: IntArray, start: IntArray, stop: IntArray, instant: IntArray) -> IntArray:
    """Binary search in many sorted slices of one array (rule 4: strictly before, `<`).

    Args:
        time: Instants, ascending within each slice [edges].
        start: First position of each slice [queries].
        stop: One past the last position of each slice [queries].
        instant: What each query compares with [queries].

    Returns:
        For each query the first position in [start, stop] whose time is not before the instant [queries].
    """
    low = numpy.array(start, dtype=numpy.int64)
    high = numpy.array(stop, dtype=numpy.int64)
    widest = int((high - low).max(initial=0))
    last = max(len(time) - 1, 0)
    for _ in range(widest.bit_length()):
        middle = (low + high) >> 1
        searching = low < high
        earlier = searching & (time[numpy.minimum(middle, last)] < instant)
        low = numpy.where(earlier, middle + 1, low)
        high = numpy.where(searching & ~earlier, middle, high)
    return low
