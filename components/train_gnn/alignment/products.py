"""Two networks' vectors of the same nodes, summed up: all that rotation, cosines and residual need."""

from __future__ import annotations

import dataclasses
from typing import TypeAlias

import numpy
import numpy.typing

from schemas.graph_artifact import FloatArray, IntArray

Matrix: TypeAlias = numpy.typing.NDArray[numpy.float64]

_ROWS_AT_A_TIME = 65_536


@dataclasses.dataclass(frozen=True)
class Products:
    """Sums over the nodes of one kind that have a vector of some length in both networks.

    Attributes:
        nodes: How many.
        directions: The mean outer product of the vectors, scaled to length one [size, size].
        vectors: The sum of the outer products of the vectors as they are [size, size].
        moved_square: Sum of the squared lengths of the vectors that are to be rotated.
        fixed_square: Of those that they are compared with.
    """

    nodes: int
    directions: Matrix
    vectors: Matrix
    moved_square: float
    fixed_square: float

    def mean_cosine(self, rotation: Matrix) -> float:
        """Mean cosine of a node's rotated vector with its fixed one."""
        return float((rotation * self.directions).sum())

    def squared_residual(self, rotation: Matrix) -> float:
        """Sum over the nodes of the squared distance between rotated and fixed vector."""
        return max(0.0, self.moved_square + self.fixed_square - 2 * float((rotation * self.vectors).sum()))


def products_of(moved: FloatArray, fixed: FloatArray, nodes: IntArray) -> Products:
    """Sums up two networks' vectors, a part of the nodes at a time.

    Args:
        moved: Vectors that are to be rotated, maybe memory-mapped [all nodes, size].
        fixed: Vectors that they are compared with [all nodes, size].
        nodes: Which rows to compare [nodes].
    """
    size = moved.shape[1]
    directions, vectors = numpy.zeros((size, size)), numpy.zeros((size, size))
    count, moved_square, fixed_square = 0, 0.0, 0.0
    for begin in range(0, len(nodes), _ROWS_AT_A_TIME):
        part = nodes[begin : begin + _ROWS_AT_A_TIME]
        one, other = moved[part].astype(numpy.float64), fixed[part].astype(numpy.float64)  # [part, size]
        lengths = numpy.linalg.norm(one, axis=1) * numpy.linalg.norm(other, axis=1)
        kept = lengths != 0  # NaN stays, to be seen
        one, other, lengths = one[kept], other[kept], lengths[kept]
        vectors += one.T @ other
        directions += (one / lengths[:, None]).T @ other
        count += len(one)
        moved_square += float(numpy.square(one).sum())
        fixed_square += float(numpy.square(other).sum())
    return Products(count, directions / max(count, 1), vectors, moved_square, fixed_square)
