"""Mean and variance of input columns over the training split, in one pass."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy
import tensorflow

from components.train_ranker.standardization import Moments


def column_moments(groups: Iterable[Mapping[str, tensorflow.Tensor]]) -> dict[str, tuple[Moments, Moments]]:
    """Computes moments of each group of columns.

    Args:
        groups: For each batch, columns [M, C] by group.

    Returns:
        Mean and variance, float64 [C], by group.
    """
    rows = 0
    totals: dict[str, Moments] = {}
    for batch in groups:
        rows += len(next(iter(batch.values())))
        for name, columns in batch.items():
            values = columns.numpy().astype(numpy.float64)
            sums = numpy.stack([values.sum(axis=0), numpy.square(values).sum(axis=0)])
            totals[name] = totals[name] + sums if name in totals else sums
    moments = {}
    for name, (total, squares) in totals.items():
        mean = total / rows
        moments[name] = (mean, numpy.maximum(squares / rows - numpy.square(mean), 0))
    return moments
