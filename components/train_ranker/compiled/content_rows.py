"""All that is read of a candidate's content, in one row of one table: a gather costs by the row, not by the value."""

from __future__ import annotations

from collections.abc import Mapping

import numpy
import tensorflow

from schemas.graph_artifact import FloatArray, IntArray

Rows = dict[str, tensorflow.Tensor]


class ContentRows(tensorflow.Module):
    """Named columns of the contents in one table of 32 bits a value, floats as the integers with the same bits.

    Integers are also transposed faster than floats, for which TensorFlow prepares an operation of oneDNN each time.

    Args:
        values: Floats, by name [C, size].
        numbers: Whole numbers that fit an int32, by name [C, size].
    """

    def __init__(self, values: Mapping[str, FloatArray], numbers: Mapping[str, IntArray]) -> None:
        super().__init__()
        bits = [columns.astype(numpy.float32).view(numpy.int32) for columns in values.values()]
        whole = [columns.astype(numpy.int32) for columns in numbers.values()]
        self.table = tensorflow.Variable(
            numpy.concatenate([*bits, *whole], axis=1), trainable=False, name="content_rows"
        )
        self._values = {name: columns.shape[1] for name, columns in values.items()}
        self._numbers = {name: columns.shape[1] for name, columns in numbers.items()}

    def gather(self, rows: tensorflow.Tensor) -> tuple[Rows, Rows]:
        """Values, float32, and whole numbers, int32, of the contents in these rows [N]: each [size, N]."""
        columns = tensorflow.transpose(tensorflow.gather(self.table, rows))
        sizes = [*self._values.values(), *self._numbers.values()]
        named = dict(zip([*self._values, *self._numbers], tensorflow.split(columns, sizes, axis=0), strict=True))
        values = {name: tensorflow.bitcast(named[name], tensorflow.float32) for name in self._values}
        return values, {name: named[name] for name in self._numbers}
