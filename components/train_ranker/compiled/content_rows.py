"""All that is read of a candidate's content, in one row of one table: a gather costs by the row, not by the value."""

from __future__ import annotations

from collections.abc import Mapping

import numpy
import tensorflow

from schemas.graph_artifact import FloatArray, IntArray

LARGEST_WHOLE_NUMBER = 1 << 24
"""Whole numbers from here on are not all floats."""

Rows = dict[str, tensorflow.Tensor]


class ContentRows(tensorflow.Module):
    """Named columns of the contents in one table of floats.

    Args:
        values: By name [C, size].
        numbers: Whole numbers from 0 to 2^24, by name [C, size].

    Raises:
        ValueError: A whole number would be rounded.
    """

    def __init__(self, values: Mapping[str, FloatArray], numbers: Mapping[str, IntArray]) -> None:
        super().__init__()
        for name, columns in numbers.items():
            if columns.max(initial=0) >= LARGEST_WHOLE_NUMBER:
                raise ValueError(f"{name} holds {columns.max()}; a float cannot tell it from its neighbours")
        packed = numpy.concatenate([*values.values(), *numbers.values()], axis=1).astype(numpy.float32)
        self.table = tensorflow.Variable(packed, trainable=False, name="content_rows")
        self._values = {name: columns.shape[1] for name, columns in values.items()}
        self._numbers = {name: columns.shape[1] for name, columns in numbers.items()}

    def gather(self, rows: tensorflow.Tensor) -> tuple[Rows, Rows]:
        """Values, float32, and whole numbers, int32, of the contents in these rows [N]: each [size, N]."""
        columns = tensorflow.transpose(tensorflow.gather(self.table, rows))
        *values, numbers = tensorflow.split(columns, [*self._values.values(), sum(self._numbers.values())], axis=0)
        whole = tensorflow.split(tensorflow.cast(numbers, tensorflow.int32), list(self._numbers.values()), axis=0)
        return dict(zip(self._values, values, strict=True)), dict(zip(self._numbers, whole, strict=True))
