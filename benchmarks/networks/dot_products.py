"""Scores of embeddings."""

from __future__ import annotations

import numpy

from schemas.graph_artifact import FloatArray, IntArray


def dot_products(users: FloatArray, contents: FloatArray, user: IntArray, content: IntArray) -> FloatArray:
    """Dot products of embeddings, 0 where one of the nodes is unknown.

    Args:
        users: [users, size].
        contents: [contents, size].
        user: Node indices, -1 for unknown [pairs].
        content: The same [pairs].
    """
    known = (user >= 0) & (content >= 0)
    result = numpy.zeros(len(user), dtype=numpy.float32)
    result[known] = numpy.einsum("pd,pd->p", users[user[known]], contents[content[known]])
    return result
