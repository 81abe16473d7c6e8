"""Strategy `recency`: an edge's share halves with every half-life of its age.

Weights are 2^(time / half-life); the seed's own time is a factor that all its edges share, so that running sums over
each target's edges are made once and serve every seed. Sums are kept as logarithms of sums relative to the target's
first edge, L_i = ln(sum over j <= i of 2^((t_j - t_first) / half-life)): no half-life is too short for them, and the
mass of a run of edges, exp(L_b) - exp(L_a), loses no more than the digits of the number of edges, because each edge
weighs at least as much as any before it. A draw is a binary search (inversion).

Without replacement edges are drawn one after the other, each with probability proportional to its weight among those
that are left (Efraimidis and Spirakis, "Weighted random sampling with a reservoir", Information Processing Letters
97(5), 2006, problem WRS-N-P). Whatever way is the quickest leads to that very distribution: few edges are drawn so
literally; where most are wanted, all get the exponential keys of that paper; from many, draws with replacement are
taken and repeats dropped, and if repeats pile up, because few edges hold nearly all the weight, the rest is drawn from
the runs between the edges that are out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy

from components.train_gnn.sampler.compiled import compiled
from components.train_gnn.sampler.distinct_draws import accept_distinct
from components.train_gnn.sampler.frontier import Frontier
from components.train_gnn.sampler.random_numbers import relation_key, unit
from components.train_gnn.sampler.recency_few import FEW, draw_from_few, smallest_keys
from components.train_gnn.sampler.recency_remainder import draw_remainder
from components.train_gnn.sampler.recency_sums import inverse, log_sums, share_before
from components.train_gnn.sampler.relation import Relation
from components.train_gnn.sampler.slice_search import TOGETHER, advance, guide_table, narrow
from schemas.graph_artifact import EdgeType, IntArray
from schemas.instants import Duration

_DENSE = 3
"""Up to so many edges for each wanted one, every edge gets a key."""

_ROUNDS = 4
"""Rounds of draws whose repeats are dropped, before the rest is drawn without any."""


class Recency:
    """Strategy `recency`.

    Args:
        relations: The edges that carry messages.
        half_life: Age at which an edge's weight is half that of a new one, microseconds.
    """

    def __init__(self, relations: Mapping[EdgeType, Relation], half_life: Duration) -> None:
        self.rate = math.log(2) / half_life
        self.sums = {
            edge_type: log_sums(relation.edges.colptr, relation.edges.time, self.rate)
            for edge_type, relation in relations.items()
        }
        self.guides = {
            edge_type: guide_table(relations[edge_type].edges.colptr, sums) for edge_type, sums in self.sums.items()
        }

    def draw(self, frontier: Frontier, position: IntArray) -> None:
        """See Strategy."""
        relation = frontier.relation
        draw_recent(
            relation.edges.colptr,
            relation.edges.time,
            self.sums[relation.edge_type],
            self.guides[relation.edge_type],
            self.rate,
            frontier.node,
            frontier.start,
            frontier.stop,
            frontier.offset,
            frontier.key,
            relation.number,
            frontier.replace,
            position,
        )


@compiled
def draw_recent(
    colptr: numpy.ndarray,
    time: numpy.ndarray,
    sums: numpy.ndarray,
    guide: numpy.ndarray,
    rate: float,
    node: numpy.ndarray,
    start: numpy.ndarray,
    stop: numpy.ndarray,
    offset: numpy.ndarray,
    key: numpy.ndarray,
    relation: int,
    replace: bool,
    position: numpy.ndarray,
) -> None:
    """Draws edges for every frontier node.

    Args:
        colptr: First edge of each target [targets + 1].
        time: Of every edge [edges].
        sums: Of log_sums [edges].
        guide: Their guide_table.
        rate: ln 2 / half-life.
        node: Frontier nodes [nodes].
        start: First eligible edge of each [nodes].
        stop: One past the last [nodes].
        offset: Where each node's draws go [nodes + 1].
        key: Of each node [nodes].
        relation: Number of the relation.
        replace: Whether an edge can be drawn twice.
        position: Receives the drawn edges [draws].
    """
    room, few = numpy.empty((3, TOGETHER), dtype=numpy.int64), numpy.empty((2, FEW), dtype=numpy.float64)
    for index in range(len(node)):
        low, high = start[index], stop[index]
        chosen = position[offset[index] : offset[index + 1]]
        wanted = len(chosen)
        if not replace and high - low == wanted:
            for place in range(wanted):
                chosen[place] = low + place
            continue
        stream = relation_key(key[index], relation)
        if not replace and high - low <= FEW:
            draw_from_few(time, rate, stream, low, high, few[0], few[1], chosen)
            continue
        if not replace and high - low <= _DENSE * wanted:
            smallest_keys(time, rate, stream, low, high, chosen)
            continue
        before = low > colptr[node[index]]
        have = counter = rounds = 0
        while have < wanted and (replace or rounds < _ROUNDS):
            count = min(wanted - have, TOGETHER)
            _invert(colptr, sums, guide, node[index], before, low, high, stream, counter, count, room)
            counter += count
            have = accept_distinct(chosen, have, room[0], count, replace)
            rounds += 1 if count < TOGETHER else 0
        if have < wanted:
            draw_remainder(sums, before, low, high, stream, counter, chosen, have)


@compiled
def _invert(
    colptr: numpy.ndarray,
    sums: numpy.ndarray,
    guide: numpy.ndarray,
    target: int,
    before: bool,
    low: int,
    high: int,
    stream: numpy.uint64,
    counter: int,
    count: int,
    room: numpy.ndarray,
) -> None:
    """Draws `count` edges of [low, high) with replacement into room[0], up to 32 at once."""
    drawn, width, limit = room[0], room[1], room[2]
    share = share_before(sums, before, low, high)
    for draw in range(count):
        limit[draw] = inverse(sums, share, high, unit(stream, counter + draw))
        drawn[draw], width[draw] = narrow(colptr, sums, guide, target, limit[draw])
    advance(sums, drawn, width, limit, count)
    for draw in range(count):
        drawn[draw] = min(max(drawn[draw], low), high - 1)
