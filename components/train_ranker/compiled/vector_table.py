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
        self.number_of_row = number.reshape(-1)
        """Which vector each content has [C]."""
        self._whole = len(distinct) <= WHOLE_TABLE
        # Read as a whole, it is read a third faster with one column a vector.
        table = numpy.ascontiguousarray(distinct.T) if self._whole else distinct
        self.vectors = tensorflow.Variable(table, trainable=False, name="vectors")

    def products(self, vector: tensorflow.Tensor, numbers: tensorflow.Tensor) -> tensorflow.Tensor:
        """Inner products of a vector [d] with the table's vectors of these numbers, int32 [N]: float32 [N]."""
        given = tensorflow.cast(vector, self.vectors.dtype)
        if self._whole:
            products = tensorflow.gather(tensorflow.matmul(given[tensorflow.newaxis], self.vectors)[0], numbers)
        else:
            products = tensorflow.linalg.matvec(tensorflow.gather(self.vectors, numbers), given)
        return tensorflow.cast(products, tensorflow.float32)
