"""The edges that may carry messages: those of supervised pairs are left out here, once, for every strategy (rule 3)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy

from components.train_gnn.sampler.compiled import compiled
from components.train_gnn.supervision import PAIR_RELATIONS, Supervision
from schemas.graph_artifact import Edges, EdgeType, IntArray
from schemas.instants import Instant


def message_edges(
    edges: Mapping[EdgeType, Edges], supervision: Supervision | None, end: Instant
) -> dict[EdgeType, Edges]:
    """The edges that may carry messages: older than `end`, and of no supervised pair, in any relation or direction.

    A relation of which nothing is left out stays memory-mapped. Of the others one compact copy is made, 16 bytes an
    edge that is kept, so that the draws need no test and the sums of the weighted strategies hold for what is left.

    Args:
        edges: Every relation of the graph.
        supervision: The split; None where nothing is supervised.
        end: The end of the training days; weights must be older than the rows of the ranker (rule 5).

    Returns:
        The same relations without the edges that rule 3 removes.
    """
    messages = {}
    for edge_type, relation in edges.items():
        pairs = _excluded_pairs(supervision if edge_type in PAIR_RELATIONS else None)
        colptr, row, time = (numpy.asarray(array) for array in (relation.colptr, relation.row, relation.time))
        kept = numpy.empty(len(row), dtype=numpy.bool_)
        if mark_messages(colptr, row, time, end, *pairs, edge_type[0] == "user", kept) == len(row):
            messages[edge_type] = relation
        else:
            messages[edge_type] = relation.select(kept)
    return messages


def _excluded_pairs(supervision: Supervision | None) -> tuple[IntArray, IntArray]:
    """The supervised contents of each user: their running count [users + 1] and the contents, ascending [pairs]."""
    if supervision is None or not len(supervision.pair_keys):
        return numpy.zeros(1, dtype=numpy.int64), numpy.zeros(0, dtype=numpy.int64)
    user, content = numpy.divmod(supervision.pair_keys, supervision.contents)
    return numpy.concatenate([[0], numpy.cumsum(numpy.bincount(user))]).astype(numpy.int64), content


@compiled
def mark_messages(
    colptr: numpy.ndarray,
    row: numpy.ndarray,
    time: numpy.ndarray,
    end: int,
    first_pair: numpy.ndarray,
    pair_content: numpy.ndarray,
    from_user: bool,
    kept: numpy.ndarray,
) -> int:
    """Marks the edges that may carry messages.

    Args:
        colptr: The edges of target i lie in [colptr[i], colptr[i + 1]) [targets + 1].
        row: Source of each edge [edges].
        time: Of each edge [edges].
        end: Edges must be older.
        first_pair: Where each user's supervised contents start; users beyond have none [users + 1].
        pair_content: The supervised contents, ascending for each user [pairs].
        from_user: Whether users are the sources; else they are the targets.
        kept: Receives the marks [edges].

    Returns:
        How many are marked.
    """
    marked = 0
    for target in range(len(colptr) - 1):
        for edge in range(colptr[target], colptr[target + 1]):
            source = numpy.int64(row[edge])
            user, content = (source, target) if from_user else (target, source)
            kept[edge] = time[edge] < end
            if user < len(first_pair) - 1:
                low, high = first_pair[user], first_pair[user + 1]
                while low < high:
                    middle = (low + high) >> 1
                    if pair_content[middle] < content:
                        low = middle + 1
                    else:
                        high = middle
                if low < first_pair[user + 1] and pair_content[low] == content:
                    kept[edge] = False
            marked += kept[edge]
    return marked
