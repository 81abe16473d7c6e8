"""Runs of consecutive elements of an array, laid end to end."""

from __future__ import annotations

from typing import Any

import numpy
import numpy.typing

from schemas.graph_artifact import IntArray

LONG_RUN = 256
"""Runs of this mean length are copied one by one; shorter ones are gathered by the position of each element."""


class Runs:
    """Runs of an array, in any order.

    Args:
        starts: Where each run starts [runs].
        lengths: Its elements; none is fine [runs].
    """

    def __init__(self, starts: IntArray, lengths: IntArray) -> None:
        some = numpy.flatnonzero(lengths)
        self._starts, self._lengths = starts[some], lengths[some]
        total = int(self._lengths.sum())
        self._position = None if total >= LONG_RUN * len(some) else self._positions(total)

    def of(self, values: numpy.typing.NDArray[Any]) -> numpy.typing.NDArray[Any]:
        """The runs of an array, end to end."""
        if self._position is not None:
            gathered: numpy.typing.NDArray[Any] = values[self._position]
            return gathered
        stops = self._starts + self._lengths
        pieces = [values[start:stop] for start, stop in zip(self._starts.tolist(), stops.tolist(), strict=True)]
        return numpy.concatenate([values[:0], *pieces])

    def _positions(self, total: int) -> IntArray:
        """The position of each element, as steps that are summed up: half the time of repeating the starts."""
        steps = numpy.ones(total, numpy.int64)
        steps[0] = self._starts[0]
        ends = numpy.cumsum(self._lengths)[:-1]
        steps[ends] = self._starts[1:] - (self._starts[:-1] + self._lengths[:-1] - 1)
        return numpy.cumsum(steps, out=steps)
