"""Which edges a tree may draw from: strictly before its seed's time (rule 4), and not before the look-back."""

from __future__ import annotations

import numpy

from components.train_gnn.sampler.compiled import compiled
from components.train_gnn.sampler.slice_search import TOGETHER, advance, narrow


@compiled
def eligible_edges(
    colptr: numpy.ndarray,
    time: numpy.ndarray,
    guide: numpy.ndarray,
    node: numpy.ndarray,
    tree: numpy.ndarray,
    instant: numpy.ndarray,
    look_back: int,
    start: numpy.ndarray,
    stop: numpy.ndarray,
) -> None:
    """The slice of eligible edges of every frontier node.

    Args:
        colptr: The edges of target i lie in [colptr[i], colptr[i + 1]) [targets + 1].
        time: Of every edge, ascending within a target [edges].
        guide: Their guide_table.
        node: Frontier nodes [nodes].
        tree: The tree of each [nodes].
        instant: The seed's time of each tree [trees].
        look_back: Edges that are older than the seed by more than so many microseconds are left out; negative for no
            limit.
        start: Receives the first eligible edge [nodes].
        stop: Receives one past the last eligible edge [nodes].
    """
    low, width, limit = numpy.empty((3, TOGETHER), dtype=numpy.int64)
    for begin in range(0, len(node), TOGETHER):
        count = min(TOGETHER, len(node) - begin)
        for search in range(count):
            limit[search] = instant[tree[begin + search]]
            low[search], width[search] = narrow(colptr, time, guide, node[begin + search], limit[search])
        advance(time, low, width, limit, count)
        for search in range(count):
            stop[begin + search] = low[search]
            start[begin + search] = colptr[node[begin + search]]
        if look_back >= 0:
            for search in range(count):
                limit[search] -= look_back
                low[search], width[search] = narrow(colptr, time, guide, node[begin + search], limit[search])
            advance(time, low, width, limit, count)
            for search in range(count):
                start[begin + search] = low[search]


@compiled
def place_draws(start: numpy.ndarray, stop: numpy.ndarray, wanted: int, replace: bool, offset: numpy.ndarray) -> int:
    """Where the draws of every node go; without replacement a node gives at most the edges that it has.

    Args:
        start: First eligible edge of each node [nodes].
        stop: One past the last [nodes].
        wanted: Draws for a node.
        replace: Whether an edge can be drawn twice; a node without edges still gives none.
        offset: Receives the running count of draws [nodes + 1].

    Returns:
        The number of draws.
    """
    total = 0
    for node in range(len(start)):
        offset[node] = total
        available = stop[node] - start[node]
        if available > 0:
            total += wanted if replace else min(wanted, available)
    offset[len(start)] = total
    return total


@compiled
def place_draws_by_node(
    start: numpy.ndarray, stop: numpy.ndarray, wanted: numpy.ndarray, replace: bool, offset: numpy.ndarray
) -> int:
    """place_draws with the draws wanted for each node [nodes]."""
    total = 0
    for node in range(len(start)):
        offset[node] = total
        available = stop[node] - start[node]
        if available > 0:
            total += wanted[node] if replace else min(wanted[node], available)
    offset[len(start)] = total
    return total
