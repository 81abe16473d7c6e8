"""Inner products of one vector with the vectors of the candidates."""

from __future__ import annotations

import numpy
import numpy.typing
import tensorflow

WHOLE_TABLE = 4096
"""Up to so many distinct vectors, reading all of them is cheaper than picking those of 2,000 candidates."""


class VectorTable(tensorflow.Module):
    """The distinct vectors among those of the contents; equal vectors have equal products to the last bit.

    Args:
        vectors: One of each content [C, d]; the products are summed in their type.
    """

    def __init__(self, vectors: numpy.typing.NDArray[numpy.floating]) -> None:
        super().__init__()
        distinct, number = numpy.unique(vectors, axis=0, return_inverse=True)
        self.vectors = tensorflow.Variable(distinct, trainable=False, name="vectors")
        self.number_of_row = number.reshape(-1)
        """Which vector each content has [C]."""
        self._whole = len(distinct) <= WHOLE_TABLE

    def products(self, vector: tensorflow.Tensor, numbers: tensorflow.Tensor) -> tensorflow.Tensor:
        """Inner products of a vector [d] with the table's vectors of these numbers, int32 [N]: float32 [N]."""
        column = tensorflow.cast(vector, self.vectors.dtype)[:, tensorflow.newaxis]
        if self._whole:
            products = tensorflow.gather(tensorflow.matmul(self.vectors, column)[:, 0], numbers)
        else:
            products = tensorflow.matmul(tensorflow.gather(self.vectors, numbers), column)[:, 0]
        return tensorflow.cast(products, tensorflow.float32)
