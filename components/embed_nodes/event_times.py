"""The youngest event that went into the embeddings of an instant (rule 8)."""

from __future__ import annotations

import numpy

from components.embed_nodes.known_edges import KnownEdges
from schemas.graph_artifact import IntArray, Orders
from schemas.instants import Instant, format_instant
from schemas.time_search import first_not_before


def largest_event_time(known: KnownEdges, orders: Orders) -> str | None:
    """The youngest edge or order strictly before the instant, ISO 8601; None where there is none.

    Args:
        known: The edges at the instant.
        orders: Every order, by user, then time.
    """
    times = [
        _last(edges.time, numpy.asarray(edges.colptr[:-1]), known.stop[edge_type])
        for edge_type, edges in known.edges.items()
    ]
    times.append(_last(orders.time, numpy.asarray(orders.colptr[:-1]), orders_known(orders, known.instant)))
    youngest = max(times)
    return format_instant(youngest) if youngest else None


def orders_known(orders: Orders, instant: Instant) -> IntArray:
    """Where each user's orders before an instant end [users].

    Args:
        orders: Every order, by user, then time.
        instant: Microseconds.
    """
    start, stop = numpy.asarray(orders.colptr[:-1]), numpy.asarray(orders.colptr[1:])
    return first_not_before(orders.time, start, stop, numpy.full(len(start), instant))


def _last(time: IntArray, start: IntArray, stop: IntArray) -> Instant:
    """The largest of the last times of slices of ascending times; 0 where all are empty."""
    return int(time[stop[stop > start] - 1].max(initial=0))
