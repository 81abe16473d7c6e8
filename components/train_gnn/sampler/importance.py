"""Strategy `importance`: edges are drawn in proportion to how often short random walks from their target met their
source (PinSage; see walks.py).

Visits are counted as of several instants. A seed sees the latest count that is not after its own time; edges younger
than that count weigh 1, like edges that no walk has met. Weights are whole numbers, so that every probability is an
exact fraction. Without replacement edges are drawn one after the other, each with probability proportional to its
weight among those that are left (Efraimidis and Spirakis 2006, problem WRS-N-P): draws with replacement are taken and
repeats dropped, and if repeats pile up, the rest is drawn with the chosen edges' shares skipped.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy

from components.train_gnn.sampler.compiled import compiled
from components.train_gnn.sampler.distinct_draws import accept_distinct
from components.train_gnn.sampler.frontier import Frontier
from components.train_gnn.sampler.random_numbers import below, relation_key
from components.train_gnn.sampler.relation import Relation
from components.train_gnn.sampler.slice_search import TOGETHER, advance, narrow
from components.train_gnn.sampler.walks import VisitSums, visit_sums
from schemas.graph_artifact import EdgeType, IntArray, reverse_of
from schemas.instants import Instant

_ROUNDS = 3
"""Rounds of draws whose repeats are dropped, before the rest is drawn without any."""


class Importance:
    """Strategy `importance`.

    Args:
        relations: The edges that carry messages; each with its reverse.
        instants: When visits are counted, oldest first.
        visits: Visits counted for each of a target's edges.
        seed: Of the walks.
        threads: How many count at once.

    Raises:
        ValueError: A relation stands without its reverse.
    """

    def __init__(
        self, relations: Mapping[EdgeType, Relation], instants: list[Instant], visits: int, seed: int, threads: int
    ) -> None:
        for edge_type in relations:
            if reverse_of(edge_type) not in relations:
                raise ValueError(f"importance walks both ways: {edge_type} needs {reverse_of(edge_type)} beside it")
        self.instants = numpy.array(instants, dtype=numpy.int64)
        self.counts: dict[EdgeType, list[VisitSums]] = {
            edge_type: [
                visit_sums(relation, relations[reverse_of(edge_type)], instant, visits, seed, threads)
                for instant in instants
            ]
            for edge_type, relation in relations.items()
        }

    def draw(self, frontier: Frontier, position: IntArray) -> None:
        """See Strategy."""
        relation = frontier.relation
        seen = numpy.searchsorted(self.instants, frontier.instant, side="right") - 1  # [trees]
        seen_by_node = seen[frontier.tree]
        nothing = numpy.zeros(0, dtype=numpy.int64)
        for number in range(-1, len(self.instants)):
            if not (seen == number).any():
                continue
            count = self.counts[relation.edge_type][number] if number >= 0 else None
            draw_important(
                relation.edges.colptr,
                nothing if count is None else count.colptr,
                nothing if count is None else count.sums,
                nothing.astype(numpy.int32) if count is None else count.guide,
                number,
                seen_by_node,
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
def draw_important(
    colptr: numpy.ndarray,
    known: numpy.ndarray,
    sums: numpy.ndarray,
    guide: numpy.ndarray,
    number: int,
    seen: numpy.ndarray,
    node: numpy.ndarray,
    start: numpy.ndarray,
    stop: numpy.ndarray,
    offset: numpy.ndarray,
    key: numpy.ndarray,
    relation: int,
    replace: bool,
    position: numpy.ndarray,
) -> None:
    """Draws edges for the frontier nodes that see one count.

    Args:
        colptr: First edge of each target [targets + 1].
        known: Where each target's sums start [targets + 1]; empty where nothing was counted.
        sums: Running sums of weights of the edges that were counted.
        guide: Their guide_table.
        number: Of the count.
        seen: The count that each node sees [nodes].
        node: Frontier nodes [nodes].
        start: First eligible edge of each [nodes].
        stop: One past the last [nodes].
        offset: Where each node's draws go [nodes + 1].
        key: Of each node [nodes].
        relation: Number of the relation.
        replace: Whether an edge can be drawn twice.
        position: Receives the drawn edges [draws].
    """
    room = numpy.empty((3, TOGETHER), dtype=numpy.int64)
    drawn, width, limit = room[0], room[1], room[2]
    for index in range(len(node)):
        if seen[index] != number:
            continue
        chosen = position[offset[index] : offset[index + 1]]
        wanted, target = len(chosen), node[index]
        if wanted == 0:
            continue
        # From here on edges are counted from the target's first one, as the sums are.
        first = colptr[target]
        low, high = start[index] - first, stop[index] - first
        if not replace and high - low == wanted:
            for place in range(wanted):
                chosen[place] = first + low + place
            continue
        base = known[target] if len(known) else 0
        counted = known[target + 1] - base if len(known) else 0
        middle = min(max(counted, low), high)  # edges before it have a weight of their own
        before = sums[base + low - 1] if 0 < low <= middle and low <= counted else 0
        weighed = sums[base + middle - 1] - before if middle > low else 0
        total = weighed + high - middle
        stream = relation_key(key[index], relation)
        have = counter = rounds = 0
        while have < wanted and (replace or rounds < _ROUNDS):
            count = min(wanted - have, TOGETHER)
            for draw in range(count):
                share = below(stream, counter + draw, total)
                limit[draw] = before + share + 1
                drawn[draw], width[draw] = base + middle + share - weighed, 0
                if share < weighed:
                    drawn[draw], width[draw] = narrow(known, sums, guide, target, limit[draw])
            advance(sums, drawn, width, limit, count)
            for draw in range(count):
                drawn[draw] += first - base
            counter += count
            have = accept_distinct(chosen, have, drawn, count, replace)
            rounds += 1 if count < TOGETHER else 0
        if have < wanted:
            _draw_rest(sums, base, before, weighed, middle, total, first, stream, counter, chosen, have)


@compiled
def _draw_rest(
    sums: numpy.ndarray,
    base: int,
    before: int,
    weighed: int,
    middle: int,
    total: int,
    first: int,
    stream: numpy.uint64,
    counter: int,
    chosen: numpy.ndarray,
    have: int,
) -> None:
    """Draws edges one after the other from the shares that are left."""
    out = numpy.empty((len(chosen), 2), dtype=numpy.int64)  # start of each chosen edge's share, and its weight, sorted
    left = total
    for place in range(len(chosen)):
        if place >= have:
            share = below(stream, counter, left)
            counter += 1
            for earlier in range(place):
                if share < out[earlier, 0]:
                    break
                share += out[earlier, 1]
            if share < weighed:
                edge = int(numpy.searchsorted(sums[base : base + middle], before + share, side="right"))
            else:
                edge = middle + share - weighed
            chosen[place] = first + edge
        edge = chosen[place] - first
        begin, weight = weighed + edge - middle, 1
        if edge < middle:
            begin = (sums[base + edge - 1] if edge else 0) - before
            weight = sums[base + edge] - before - begin
        left -= weight
        slot = place
        while slot > 0 and out[slot - 1, 0] > begin:
            out[slot, 0], out[slot, 1] = out[slot - 1, 0], out[slot - 1, 1]
            slot -= 1
        out[slot, 0], out[slot, 1] = begin, weight
