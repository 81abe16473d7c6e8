"""Strategy `uniform`: every eligible edge is equally likely."""

from __future__ import annotations

import numpy

from components.train_gnn.sampler.compiled import compiled
from components.train_gnn.sampler.frontier import Frontier
from components.train_gnn.sampler.random_numbers import below, relation_key
from schemas.graph_artifact import IntArray

_SHORT = 64


class Uniform:
    """Strategy `uniform`."""

    def draw(self, frontier: Frontier, position: IntArray) -> None:
        """See Strategy."""
        draw_uniform(
            frontier.start,
            frontier.stop,
            frontier.offset,
            frontier.key,
            frontier.relation.number,
            frontier.replace,
            position,
        )


@compiled
def draw_uniform(
    start: numpy.ndarray,
    stop: numpy.ndarray,
    offset: numpy.ndarray,
    key: numpy.ndarray,
    relation: int,
    replace: bool,
    position: numpy.ndarray,
) -> None:
    """Draws edges for every frontier node.

    Without replacement every subset is equally likely: Robert Floyd's algorithm (Bentley and Floyd, "A sample of
    brilliance", CACM 30(9), 1987), or, where its quadratic search for repeats would cost more than looking at every
    edge, selection sampling (Knuth, The Art of Computer Programming 2, algorithm 3.4.2 S).

    Args:
        start: First eligible edge of each node [nodes].
        stop: One past the last [nodes].
        offset: Where each node's draws go; it gets offset[i + 1] - offset[i] of them [nodes + 1].
        key: Of each node [nodes].
        relation: Number of the relation.
        replace: Whether an edge can be drawn twice.
        position: Receives the drawn edges [edges].
    """
    for node in range(len(start)):
        first, available = start[node], stop[node] - start[node]
        begin, wanted = offset[node], offset[node + 1] - offset[node]
        if not replace and available == wanted:
            for place in range(wanted):
                position[begin + place] = first + place
            continue
        stream = relation_key(key[node], relation)
        if replace:
            for place in range(wanted):
                position[begin + place] = first + below(stream, place, available)
        elif wanted <= _SHORT or wanted * wanted < 2 * available:
            for place in range(wanted):
                top = available - wanted + place
                drawn = first + below(stream, place, top + 1)
                for earlier in range(begin, begin + place):
                    if position[earlier] == drawn:
                        drawn = first + top
                        break
                position[begin + place] = drawn
        else:
            taken = 0
            for edge in range(available):
                if below(stream, edge, available - edge) < wanted - taken:
                    position[begin + taken] = first + edge
                    taken += 1
