"""The rotation that carries one network's vectors onto another's: orthogonal Procrustes."""

from __future__ import annotations

from collections.abc import Iterable

import numpy
import scipy.linalg

from components.train_gnn.alignment.products import Matrix, Products

_STAY = 1e-7
"""Weight of the identity beside the mean cosine: directions in which no shared node has a part stay where they are,
instead of going wherever rounding sends them."""

_SAME = 1e-6
"""A rotation whose every entry is this close to the identity's is the identity: float32 vectors cannot tell."""


def best_rotation(products: Iterable[Products]) -> Matrix:
    r"""Solves the orthogonal Procrustes problem (Schoenemann 1966, Psychometrika 31).

    .. math::
        R = \arg\max_{R^\top R = I} \frac{1}{K} \sum_k \frac{1}{n_k} \sum_{i \in k} \cos(a_i R, b_i)

    Vectors are taken at length one and each kind of node counts the same, so that it is the reported mean cosine that
    the rotation makes largest: neither do a million users drown two thousand contents, nor a few long vectors all
    others.

    Args:
        products: Of each kind of node.

    Returns:
        The rotation, to be multiplied from the right, float64 [size, size].
    """
    target = numpy.mean([each.directions for each in products], axis=0)
    # The problem for the identity and A^T B has the solution of that for A and B, without rows in memory.
    return _nearest_rotation(target + _STAY * numpy.eye(len(target)))


def composed(first: Matrix, second: Matrix) -> Matrix:
    """One rotation after the other; made orthogonal anew, or rounding would add up from day to day."""
    return _nearest_rotation(first.astype(numpy.float64) @ second)


def _nearest_rotation(target: Matrix) -> Matrix:
    identity = numpy.eye(len(target))
    rotation, _ = scipy.linalg.orthogonal_procrustes(identity, target)
    return identity if numpy.abs(rotation - identity).max() < _SAME else rotation
