"""The reference of the sampler's benchmark: one plain compiled loop on one core, with nothing around it."""

from __future__ import annotations

import numba
import numpy

from components.train_gnn.sampler.random_numbers import below


@numba.njit(nogil=True)
def sample_links(
    user: numpy.ndarray,
    content: numpy.ndarray,
    instant: numpy.ndarray,
    user_colptr: numpy.ndarray,
    user_row: numpy.ndarray,
    user_time: numpy.ndarray,
    content_colptr: numpy.ndarray,
    content_row: numpy.ndarray,
    content_time: numpy.ndarray,
    first_fan_out: int,
    second_fan_out: int,
    nodes: numpy.ndarray,
) -> int:
    """Draws two layers around both ends of every link, uniformly, without replacement, strictly before its time.

    Args:
        user: Of each link [links].
        content: Of each link [links].
        instant: Of each link [links].
        user_colptr: Where each user's views start [users + 1].
        user_row: What was seen [views].
        user_time: When, ascending for each user [views].
        content_colptr: Where each content's views start [contents + 1].
        content_row: Who saw it [views].
        content_time: When, ascending for each content [views].
        first_fan_out: Edges drawn for a seed.
        second_fan_out: Edges drawn for a neighbour.
        nodes: Receives node, tree and both ends' numbers of every drawn edge [at least so many, 4].

    Returns:
        The number of drawn edges.
    """
    written = 0
    for link in range(len(user)):
        for end in range(2):
            seed = user[link] if end == 0 else content[link]
            colptr, row, time = user_colptr, user_row, user_time
            other_colptr, other_row, other_time = content_colptr, content_row, content_time
            if end == 1:
                colptr, row, time = content_colptr, content_row, content_time
                other_colptr, other_row, other_time = user_colptr, user_row, user_time
            begin = written
            written = _draw(colptr, row, time, seed, instant[link], link, link, first_fan_out, nodes, written)
            for parent in range(begin, written):
                written = _draw(
                    other_colptr,
                    other_row,
                    other_time,
                    nodes[parent, 0],
                    instant[link],
                    link,
                    parent,
                    second_fan_out,
                    nodes,
                    written,
                )
    return written


@numba.njit(nogil=True)
def _draw(
    colptr: numpy.ndarray,
    row: numpy.ndarray,
    time: numpy.ndarray,
    node: int,
    instant: int,
    link: int,
    parent: int,
    fan_out: int,
    nodes: numpy.ndarray,
    written: int,
) -> int:
    first = colptr[node]
    low, high = first, colptr[node + 1]
    while low < high:
        middle = (low + high) >> 1
        if time[middle] < instant:
            low = middle + 1
        else:
            high = middle
    available = low - first
    wanted = min(fan_out, available)
    drawn = numpy.empty(fan_out, dtype=numpy.int64)
    for place in range(wanted):
        top = available - wanted + place
        edge = place if wanted == available else below(numpy.uint64(written), place, top + 1)
        for earlier in range(place):
            if drawn[earlier] == edge:
                edge = top
                break
        drawn[place] = edge
        nodes[written, 0] = row[first + edge]
        nodes[written, 1] = link
        nodes[written, 2] = written
        nodes[written, 3] = parent
        written += 1
    return written
