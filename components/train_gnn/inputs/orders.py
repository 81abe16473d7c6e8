"""A user's recent orders as they were at an instant (rule 7)."""

from __future__ import annotations

import dataclasses

import numpy

from schemas.graph_artifact import RECENT_ORDERS, FloatArray, IntArray, Orders
from schemas.instants import Instant
from schemas.time_search import first_not_before


@dataclasses.dataclass(frozen=True)
class OrderHistories:
    """The distinct order histories of a batch; many sampled copies of a user share one.

    Attributes:
        rows: Rows of article_embedding, oldest first, 0-padded on the right, int64 [histories, 25].
        pooled_rows: The same of more orders [histories, pooled].
        index: The history of each node, int64 [nodes].
        user: A user who has each history, int64 [histories].
    """

    rows: IntArray
    pooled_rows: IntArray
    index: IntArray
    user: IntArray


def recent_order_rows(orders: Orders, user: IntArray, instant: IntArray, count: int = RECENT_ORDERS) -> IntArray:
    """The last orders strictly before each instant.

    Args:
        orders: Every order, by user, then time.
        user: Node indices [queries].
        instant: Microseconds [queries].
        count: How many orders at most.

    Returns:
        Rows of article_embedding, oldest first, 0-padded on the right, int64 [queries, count].
    """
    start = numpy.asarray(orders.colptr[user])
    stop = first_not_before(orders.time, start, numpy.asarray(orders.colptr[user + 1]), instant)
    return _rows_before(orders, start, stop, count)


def order_histories(
    orders: Orders, user: IntArray, instant: IntArray, pooled: int, shared: bool = True
) -> OrderHistories:
    """The same for many nodes at once, each distinct history only once.

    Args:
        orders: Every order, by user, then time.
        user: Node indices, repeats allowed [nodes].
        instant: Microseconds [nodes].
        pooled: How many orders `pooled_rows` has at most.
        shared: Whether users without orders share the empty history; False where more than orders tells users apart.
    """
    start = numpy.asarray(orders.colptr[user])
    stop = first_not_before(orders.time, start, numpy.asarray(orders.colptr[user + 1]), instant)
    # A user's history is told by where it ends; where it is empty, by nothing, or by the user alone.
    ending = numpy.where(stop > start, stop, 0 if shared else -1 - user)
    endings, first, index = numpy.unique(ending, return_index=True, return_inverse=True)
    begins, ends = start[first], numpy.where(endings > 0, endings, start[first])
    rows, pooled_rows = (_rows_before(orders, begins, ends, count) for count in (RECENT_ORDERS, pooled))
    return OrderHistories(rows, pooled_rows, index, user[first])


def order_rarity(orders: Orders, articles: int, before: Instant) -> FloatArray:
    """How rarely each article was ordered: ln((1 + users) / (1 + n)), n of `users` having ordered it.

    Counted before the window, so that it says nothing of the time in which links lie (rule 7), and is the same at
    every refresh.

    Args:
        orders: Every order, by user, then time.
        articles: Rows of article_embedding.
        before: Only orders strictly before it count: the start of the graph's window.

    Returns:
        float32 [articles]; the largest for those that nobody had ordered.
    """
    known = orders.time < before
    user = numpy.repeat(numpy.arange(len(orders.colptr) - 1), numpy.diff(orders.colptr))[known]
    pairs = numpy.unique(user * numpy.int64(articles) + orders.row[known])
    buyers = numpy.bincount(pairs % articles, minlength=articles)
    users = len(numpy.unique(user))
    rarity: FloatArray = numpy.log((1 + users) / (1 + buyers)).astype(numpy.float32)
    return rarity


def _rows_before(orders: Orders, start: IntArray, stop: IntArray, count: int) -> IntArray:
    first = numpy.maximum(start, stop - count)
    position = first[:, None] + numpy.arange(count)  # [queries, count]
    if not len(orders.row):
        return numpy.zeros(position.shape, dtype=numpy.int64)
    rows = orders.row[numpy.minimum(position, len(orders.row) - 1)].astype(numpy.int64)
    return numpy.where(position < stop[:, None], rows, 0)
