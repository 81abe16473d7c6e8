"""A bounded number of rows, spread evenly over a split, of which quantiles are taken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy
import numpy.typing
import tensorflow

LARGEST_SAMPLE = 200_000
"""Rows kept at most; their quantiles are off by about a thousandth of the rows."""


class SpreadRows:
    """Every n-th row of one group of columns, gathered while others read the batches.

    Args:
        row_count: Rows of all batches together.
        largest: Rows kept at most.
    """

    def __init__(self, row_count: int, largest: int = LARGEST_SAMPLE) -> None:
        self._stride = -(-row_count // largest)
        self._seen = 0
        self._kept: list[numpy.typing.NDArray[numpy.float32]] = []

    def passing(
        self, groups: Iterable[Mapping[str, tensorflow.Tensor]], name: str
    ) -> Iterator[Mapping[str, tensorflow.Tensor]]:
        """Hands the batches on and keeps rows of the group `name` [M, C]."""
        for batch in groups:
            columns = batch[name].numpy()
            self._kept.append(columns[-self._seen % self._stride :: self._stride])
            self._seen += len(columns)
            yield batch

    def quantiles(self, count: int) -> numpy.typing.NDArray[numpy.float32]:
        """Values of each column at `count` evenly spaced levels from 0 to 1, float32 [count, C]."""
        levels = numpy.linspace(0, 1, count)
        return numpy.quantile(numpy.concatenate(self._kept), levels, axis=0).astype(numpy.float32)
