"""What a value means within its slate: its quantile rank and its difference from the mean."""

from __future__ import annotations

import tensorflow


def request_of_candidate(counts: tensorflow.Tensor) -> tensorflow.Tensor:
    """Position of each candidate's request: counts int64 [B] to int64 [M]."""
    return tensorflow.repeat(tensorflow.range(tensorflow.size(counts, tensorflow.int64)), counts)


def slate_rank(values: tensorflow.Tensor, counts: tensorflow.Tensor) -> tensorflow.Tensor:
    """Quantile mid-rank of each value among its slate's.

    (number of smaller values + half the number of equal ones, itself included) / number of candidates: the same for
    a slate and for that slate shown many times over, so it means the same for 10 and for 2,000 candidates. Computed by
    sorting, O(N log N).

    Args:
        values: Columns of the candidates of all requests, one after the other [M, F].
        counts: Candidates of each request, int64 [B].

    Returns:
        [M, F] within (0, 1).
    """
    slates = tensorflow.RaggedTensor.from_row_lengths(values, counts, validate=False)
    # The padding sorts to the end, where no real value's position counts it.
    columns = tensorflow.transpose(slates.to_tensor(values.dtype.max), [0, 2, 1])  # [B, F, N]
    ordered = tensorflow.sort(columns, axis=-1)
    smaller = tensorflow.searchsorted(ordered, columns, side="left")
    not_larger = tensorflow.searchsorted(ordered, columns, side="right")
    middle = tensorflow.transpose(smaller + not_larger, [0, 2, 1])  # [B, N, F]
    rows = tensorflow.boolean_mask(middle, tensorflow.sequence_mask(counts))  # [M, F]
    twice_counts = 2 * tensorflow.gather(counts, request_of_candidate(counts))[:, tensorflow.newaxis]
    return tensorflow.cast(rows, values.dtype) / tensorflow.cast(twice_counts, values.dtype)


def slate_difference(values: tensorflow.Tensor, counts: tensorflow.Tensor) -> tensorflow.Tensor:
    """Difference of each value from its slate's mean.

    Args:
        values: Columns of the candidates of all requests, one after the other [M, F].
        counts: Candidates of each request, int64 [B].

    Returns:
        [M, F].
    """
    request = request_of_candidate(counts)
    # In float64: a sum over thousands of candidates must not round what one over ten does not.
    mean = tensorflow.math.segment_mean(tensorflow.cast(values, tensorflow.float64), request)
    return values - tensorflow.gather(tensorflow.cast(mean, values.dtype), request)
