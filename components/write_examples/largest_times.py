"""The youngest of several events, row by row: what the leak audit compares with the refresh and the request."""

from __future__ import annotations

from collections.abc import Sequence

import numpy

from schemas.graph_artifact import IntArray
from schemas.instants import NO_EVENT


def largest_of(times: Sequence[IntArray], rows: int) -> IntArray:
    """The largest of several instants of each row.

    Args:
        times: int64 microseconds, NO_EVENT where there is none, each [rows].
        rows: How many rows there are.

    Returns:
        int64 microseconds; NO_EVENT without any [rows].
    """
    largest = numpy.full(rows, NO_EVENT, numpy.int64)
    for time in times:
        numpy.maximum(largest, time, out=largest)
    return largest


def largest_of_requests(times: IntArray, offsets: IntArray) -> IntArray:
    """The largest instant among the candidates of each request.

    Args:
        times: int64 microseconds [candidates].
        offsets: Request i shows candidates offsets[i] to offsets[i + 1], at least one [requests + 1].

    Returns:
        int64 microseconds [requests].
    """
    largest: IntArray = numpy.maximum.reduceat(times, offsets[:-1])
    return largest
