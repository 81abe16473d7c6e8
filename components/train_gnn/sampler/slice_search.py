"""Binary search in the sorted slices of one array, from a guide table, many searches side by side.

A guide table (Chen and Asau, "On generating random variates from an empirical distribution", AIIE Transactions 6(2),
1974) divides the span of each slice's values evenly into buckets, one for every eight positions, and says where each
begins: of the twenty steps of a search in a million edges four are left. Where values crowd, a bucket is wider and its
search takes more steps, never more than without the table.
"""

from __future__ import annotations

import numpy

from components.train_gnn.sampler.compiled import compiled

TOGETHER = 32
"""Searches that run side by side: while one waits for memory, the others' reads are under way."""

_BUCKET_BITS = 3
_SHORT = 64
"""Slices up to this length lie in a few cache lines and are searched without the table."""


@compiled
def _bucket(value: int, first: int, last: int, length: int) -> int:
    """The bucket of a value in [first, last]; it never falls when the value rises, whatever is rounded."""
    buckets = (length >> _BUCKET_BITS) + 1
    scale = float(buckets) / max(float(last - first), 1.0)
    return min(int(float(value - first) * scale), buckets - 1)


@compiled
def guide_table(colptr: numpy.ndarray, values: numpy.ndarray) -> numpy.ndarray:
    """Where each bucket of each slice begins, counted from the slice's start.

    Args:
        colptr: Slice i is [colptr[i], colptr[i + 1]) [slices + 1].
        values: int64, ascending within each slice [edges].

    Returns:
        int32; the buckets of slice i, and one more for the end, start at (colptr[i] >> 3) + 2 i.
    """
    slices = len(colptr) - 1
    result = numpy.zeros((len(values) >> _BUCKET_BITS) + 2 * slices, dtype=numpy.int32)
    for index in range(slices):
        begin, length = colptr[index], colptr[index + 1] - colptr[index]
        if length <= _SHORT:
            continue
        place = (begin >> _BUCKET_BITS) + 2 * index
        first, last = values[begin], values[begin + length - 1]
        next_bucket = 1
        for edge in range(length):
            bucket = _bucket(values[begin + edge], first, last, length)
            while next_bucket <= bucket:
                result[place + next_bucket] = edge
                next_bucket += 1
        for bucket in range(next_bucket, (length >> _BUCKET_BITS) + 2):
            result[place + bucket] = length
    return result


@compiled
def narrow(
    colptr: numpy.ndarray, values: numpy.ndarray, guide: numpy.ndarray, index: int, value: int
) -> tuple[int, int]:
    """Start and length of the part of slice `index` that holds the first position whose value is not below `value`.

    The position may also be the end of that part.
    """
    begin = colptr[index]
    length = colptr[index + 1] - begin
    if length <= _SHORT:
        return begin, length
    first, last = values[begin], values[begin + length - 1]
    if value <= first:
        return begin, 0
    if value > last:
        return begin + length, 0
    place = (begin >> _BUCKET_BITS) + 2 * index + _bucket(value, first, last, length)
    return begin + int(guide[place]), int(guide[place + 1]) - int(guide[place])


@compiled
def advance(values: numpy.ndarray, low: numpy.ndarray, width: numpy.ndarray, limit: numpy.ndarray, count: int) -> None:
    """Finishes searches side by side.

    No branch of the loop depends on what is read: the processor would guess every second one wrong.

    Args:
        values: int64, ascending within each search's range [edges].
        low: Start of each range; receives the first position whose value is not below the limit, or the end [count].
        width: Length of each range; overwritten [count].
        limit: What each search compares with [count].
        count: Number of searches.
    """
    widest = 0
    for search in range(count):
        widest = max(widest, width[search])
    while widest > 1:
        for search in range(count):
            half = width[search] >> 1
            # The difference is negative, and its sign shifted over all bits, where the middle is below the limit.
            difference = values[max(low[search] + half - 1, 0)] - limit[search]
            low[search] += half & (difference >> 63)
            width[search] -= half
        widest -= widest >> 1
    for search in range(count):
        if width[search] == 1 and values[low[search]] < limit[search]:
            low[search] += 1
