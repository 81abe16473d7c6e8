"""A user's recent orders as they were at an instant (rule 7)."""

from __future__ import annotations

import dataclasses

import numpy

from schemas.graph_artifact import RECENT_ORDERS, IntArray, Orders
from schemas.time_search import first_not_before


@dataclasses.dataclass(frozen=True)
class OrderHistories:
    """The distinct order histories of a batch; many sampled copies of a user share one.

    Attributes:
        rows: Rows of article_embedding, oldest first, 0-padded on the right, int64 [histories, 25].
        index: The history of each node, int64 [nodes].
        user: A user who has each history, int64 [histories].
    """

    rows: IntArray
    index: IntArray
    user: IntArray


def recent_order_rows(orders: Orders, user: IntArray, instant: IntArray) -> IntArray:
    """The last 25 orders strictly before each instant.

    Args:
        orders: Every order, by user, then time.
        user: Node indices [queries].
        instant: Microseconds [queries].

    Returns:
        Rows of article_embedding, oldest first, 0-padded on the right, int64 [queries, 25].
    """
    start = numpy.asarray(orders.colptr[user])
    stop = first_not_before(orders.time, start, numpy.asarray(orders.colptr[user + 1]), instant)
    return _rows_before(orders, start, stop)


def order_histories(orders: Orders, user: IntArray, instant: IntArray, shared: bool = True) -> OrderHistories:
    """The same for many nodes at once, each distinct history only once.

    Args:
        orders: Every order, by user, then time.
        user: Node indices, repeats allowed [nodes].
        instant: Microseconds [nodes].
        shared: Whether users without orders share the empty history; False where more than orders tells users apart.
    """
    start = numpy.asarray(orders.colptr[user])
    stop = first_not_before(orders.time, start, numpy.asarray(orders.colptr[user + 1]), instant)
    # A user's history is told by where it ends; where it is empty, by nothing, or by the user alone.
    ending = numpy.where(stop > start, stop, 0 if shared else -1 - user)
    endings, first, index = numpy.unique(ending, return_index=True, return_inverse=True)
    rows = _rows_before(orders, start[first], numpy.where(endings > 0, endings, start[first]))
    return OrderHistories(rows, index, user[first])


def _rows_before(orders: Orders, start: IntArray, stop: IntArray) -> IntArray:
    first = numpy.maximum(start, stop - RECENT_ORDERS)
    position = first[:, None] + numpy.arange(RECENT_ORDERS)  # [queries, 25]
    if not len(orders.row):
        return numpy.zeros(position.shape, dtype=numpy.int64)
    rows = orders.row[numpy.minimum(position, len(orders.row) - 1)].astype(numpy.int64)
    return numpy.where(position < stop[:, None], rows, 0)
