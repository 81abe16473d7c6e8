"""Slate ranks by counting instead of sorting.

A code is an integer that orders values as the values themselves do, with equal codes for equal values. Where codes are
known beforehand (of a content's columns: at the export), a slate's ranks need only count its candidates by code.
"""

from __future__ import annotations

import numpy
import tensorflow

BLOCK = 64
"""Values whose running totals one small matrix product gives, which is several times as fast as a cumulative sum."""


def twice_mid_ranks(codes: tensorflow.Tensor, code_counts: tensorflow.Tensor) -> tensorflow.Tensor:
    """Number of smaller values + number of values that are not larger, of each value among its column's.

    Args:
        codes: Of the candidates of one slate, one row a column, int32 [S, N].
        code_counts: What each column's codes are smaller than, int32 [S].

    Returns:
        Whole numbers, float32 [S, N]; divided by 2N they are slate_features.slate_rank.
    """
    places = codes + tensorflow.cumsum(code_counts, exclusive=True)[:, tensorflow.newaxis]
    # All columns are counted at once, one after the other: each adds the slate's N to the totals of the next ones.
    counts = tensorflow.math.unsorted_segment_sum(
        tensorflow.ones_like(places, tensorflow.float32), places, tensorflow.reduce_sum(code_counts)
    )
    twice = 2 * running_totals(counts) - counts
    earlier_columns = tensorflow.cast(tensorflow.range(tensorflow.shape(codes)[0]), tensorflow.float32)
    earlier = 2 * tensorflow.cast(tensorflow.shape(codes)[1], tensorflow.float32) * earlier_columns
    return tensorflow.gather(twice, places) - earlier[:, tensorflow.newaxis]


def running_totals(counts: tensorflow.Tensor) -> tensorflow.Tensor:
    """Inclusive cumulative sum of whole numbers, float32 [K]; exact up to 2^24."""
    size = tensorflow.size(counts)
    blocks = tensorflow.math.floordiv(size + BLOCK - 1, BLOCK)
    padded = tensorflow.reshape(tensorflow.pad(counts, [[0, blocks * BLOCK - size]]), [-1, BLOCK])
    within = tensorflow.matmul(padded, tensorflow.constant(numpy.triu(numpy.ones((BLOCK, BLOCK), numpy.float32))))
    before = tensorflow.cumsum(within[:, -1:], exclusive=True)  # [blocks, 1]
    return tensorflow.reshape(within + before, [-1])[:size]


def codes_of_ascending(values: tensorflow.Tensor) -> tensorflow.Tensor:
    """Codes 0, 1, 2 ... of ascending values [..., K], int32."""
    rises = tensorflow.cast(tensorflow.not_equal(values[..., 1:], values[..., :-1]), tensorflow.int32)
    return tensorflow.concat(
        [tensorflow.zeros_like(values[..., :1], tensorflow.int32), tensorflow.cumsum(rises, -1)], -1
    )


def codes_by_sorting(values: tensorflow.Tensor) -> tensorflow.Tensor:
    """Codes of finite values in any order, row by row: float32 [F, N] to int32 [F, N], smaller than N."""
    rows, count = tensorflow.unstack(tensorflow.shape(values))
    descending = tensorflow.math.top_k(-values, count)
    first_of_row = (tensorflow.range(rows) * count)[:, tensorflow.newaxis]
    # Each code goes to where its value came from: every place is there once, so that nothing is added up.
    scattered = tensorflow.math.unsorted_segment_sum(
        codes_of_ascending(-descending.values), descending.indices + first_of_row, rows * count
    )
    return tensorflow.reshape(scattered, [rows, count])


def codes_by_comparison(values: tensorflow.Tensor) -> tensorflow.Tensor:
    """Codes of a few values: float32 [K] to int32 [K], smaller than K."""
    smaller = values[tensorflow.newaxis, :] < values[:, tensorflow.newaxis]
    return tensorflow.reduce_sum(tensorflow.cast(smaller, tensorflow.int32), axis=1)
