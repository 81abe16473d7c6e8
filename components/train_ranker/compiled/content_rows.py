"""All that is read of a candidate's content, in one row of one table: a gather costs by the row, not by the value."""

from __future__ import annotations

from collections.abc import Mapping

import numpy
import tensorflow

from schemas.graph_artifact import FloatArray

LARGEST_WHOLE_NUMBER = 1 << 24
"""Whole numbers from here on are not all floats."""


class ContentRows(tensorflow.Module):
    """Named sections of one table of floats.

    Args:
        sections: By name [C, size]; whole numbers below 2^24 may be among them.

    Raises:
        ValueError: A number would be rounded.
    """

    def __init__(self, sections: Mapping[str, numpy.typing.NDArray[numpy.generic]]) -> None:
        super().__init__()
        for name, values in sections.items():
            if numpy.issubdtype(values.dtype, numpy.integer) and values.max(initial=0) >= LARGEST_WHOLE_NUMBER:
                raise ValueError(f"{name} holds {values.max()}; a float cannot tell it from its neighbours")
        packed: FloatArray = numpy.concatenate([values.astype(numpy.float32) for values in sections.values()], axis=1)
        self.table = tensorflow.Variable(packed, trainable=False, name="content_rows")
        self._sizes = {name: values.shape[1] for name, values in sections.items()}

    def gather(self, rows: tensorflow.Tensor) -> dict[str, tensorflow.Tensor]:
        """The sections of the contents in these rows [N], each float32 [size, N]."""
        columns = tensorflow.transpose(tensorflow.gather(self.table, rows))
        parts = tensorflow.split(columns, list(self._sizes.values()), axis=0)
        return dict(zip(self._sizes, parts, strict=True))
