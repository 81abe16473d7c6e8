"""Visit counts of short random walks with restarts, on which strategy `importance` draws."""

from __future__ import annotations

import dataclasses
from concurrent.futures import ThreadPoolExecutor

import numpy

from components.train_gnn.sampler.compiled import compiled
from components.train_gnn.sampler.random_numbers import below, child_key, relation_key, unit
from components.train_gnn.sampler.relation import Relation
from components.train_gnn.sampler.slice_search import guide_table
from schemas.graph_artifact import IntArray, RowArray
from schemas.instants import Instant

_RESTART = 0.5
_RANGES = 64
"""Parts of the targets that threads take turns with; the result does not depend on who counts which."""


@dataclasses.dataclass(frozen=True)
class VisitSums:
    """Running sums of a relation's edge weights as they were known at one instant.

    Attributes:
        instant: Only edges before it were walked; only they have a weight of their own.
        colptr: The edges of target i before the instant are its first colptr[i + 1] - colptr[i] [targets + 1].
        sums: Running sums of each target's weights, int64 [edges before the instant].
        guide: Their guide_table.
    """

    instant: Instant
    colptr: IntArray
    sums: IntArray
    guide: RowArray


def visit_sums(
    relation: Relation, reverse: Relation, instant: Instant, visits: int, seed: int, threads: int
) -> VisitSums:
    """Counts the visits of walks from every target (Ying et al., "Graph convolutional neural networks for web-scale
    recommender systems", KDD 2018, section 3.1) and weighs its edges.

    A walk starts at the target, goes to the source of a random edge, visits it, and either restarts, with a
    probability of one half, or returns over a random edge of the reverse relation to a node of the target's kind and
    goes on from there. An edge weighs 1 + the visits to its source; the 1 lets edges be drawn that no walk has met.

    Args:
        relation: The edges to weigh.
        reverse: The same links in the other direction.
        instant: Only edges before it are walked (rule 4).
        visits: Visits counted for each of a target's edges.
        seed: Of the walks.
        threads: How many count at once.
    """
    known = _edges_before(relation, instant)
    known_reverse = _edges_before(reverse, instant)
    colptr = numpy.concatenate([[0], numpy.cumsum(known)]).astype(numpy.int64)
    sums = numpy.empty(colptr[-1], dtype=numpy.int64)
    targets = len(known)
    # Parts of about equal numbers of edges.
    bounds = numpy.searchsorted(colptr, numpy.linspace(0, colptr[-1], _RANGES + 1)[1:-1])
    bounds = numpy.concatenate([[0], numpy.minimum(bounds, targets), [targets]])
    sources = len(reverse.edges.colptr) - 1

    def count(part: int) -> None:
        count_visits(
            relation.edges.colptr,
            relation.edges.row,
            known,
            reverse.edges.colptr,
            reverse.edges.row,
            known_reverse,
            visits,
            numpy.uint64(seed),
            relation.number,
            bounds[part],
            bounds[part + 1],
            colptr,
            numpy.zeros(sources, dtype=numpy.int64),
            sums,
        )

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(count, range(_RANGES)))
    return VisitSums(instant, colptr, sums, guide_table(colptr, sums))


def _edges_before(relation: Relation, instant: Instant) -> IntArray:
    """How many edges of each target are before the instant [targets]."""
    earlier = numpy.concatenate([[0], numpy.cumsum(relation.edges.time < instant)])
    return numpy.diff(earlier[relation.edges.colptr])


@compiled
def count_visits(
    colptr: numpy.ndarray,
    row: numpy.ndarray,
    known: numpy.ndarray,
    reverse_colptr: numpy.ndarray,
    reverse_row: numpy.ndarray,
    known_reverse: numpy.ndarray,
    visits: int,
    seed: numpy.uint64,
    number: int,
    first_target: int,
    last_target: int,
    sums_colptr: numpy.ndarray,
    visited: numpy.ndarray,
    sums: numpy.ndarray,
) -> None:
    """Walks from the targets in [first_target, last_target) and writes the running sums of their edges' weights.

    Args:
        colptr: First edge of each target [targets + 1].
        row: Source of each edge [edges].
        known: Edges of each target that may be walked, its first ones [targets].
        reverse_colptr: First edge of each source in the other direction [sources + 1].
        reverse_row: The target at its end [edges].
        known_reverse: Edges of each source that may be walked [sources].
        visits: Visits counted for each edge of a target.
        seed: Of the walks.
        number: Of the relation.
        first_target: First target.
        last_target: One past the last.
        sums_colptr: Where each target's sums start [targets + 1].
        visited: Zeros, and zeros again afterwards [sources].
        sums: Receives the running sums.
    """
    for target in range(first_target, last_target):
        edges = known[target]
        if edges == 0:
            continue
        stream = child_key(relation_key(seed, number), target)
        steps = visits * edges
        touched = numpy.empty(steps, dtype=numpy.int64)
        node = target
        for step in range(steps):
            source = row[colptr[node] + below(stream, 3 * step, known[node])]
            visited[source] += 1
            touched[step] = source
            # A source without edges back (relations that do not mirror each other) ends its walk.
            if unit(stream, 3 * step + 1) < _RESTART or known_reverse[source] == 0:
                node = target
            else:
                node = reverse_row[reverse_colptr[source] + below(stream, 3 * step + 2, known_reverse[source])]
                if known[node] == 0:
                    node = target
        running = 0
        for edge in range(edges):
            running += 1 + visited[row[colptr[target] + edge]]
            sums[sums_colptr[target] + edge] = running
        for step in range(steps):
            visited[touched[step]] = 0
