"""Which vectors of which layer must be computed for the embeddings that are wanted, and no others."""

from __future__ import annotations

import numpy

from components.embed_nodes.known_edges import KnownEdges
from components.embed_nodes.layer_vectors import LayerVectors, NodeMask


def needed_nodes(
    known: KnownEdges, vectors: LayerVectors, wanted: dict[str, NodeMask], edges_at_a_time: int
) -> list[dict[str, NodeMask]]:
    """Walks from the wanted embeddings back to the inputs.

    Args:
        known: The graph at the instant.
        vectors: What is there already is not needed again.
        wanted: Whose embeddings are asked for, by kind; of a kind that is left out, nobody's.
        edges_at_a_time: How many edges may be looked at together.

    Returns:
        For each layer, inputs first, and each kind which nodes' vectors are to be computed.
    """
    nobody = {kind: numpy.zeros_like(there) for kind, there in vectors.valid[-1].items()}
    needed = {kind: mask & ~vectors.valid[-1][kind] for kind, mask in (nobody | wanted).items()}
    result = [needed]
    for layer in reversed(range(vectors.layers)):
        read = {kind: mask.copy() for kind, mask in needed.items()}
        for edge_type in known.edges:
            source, _, target = edge_type
            mark_sources(known, edge_type, needed[target], read[source], edges_at_a_time)
        needed = {kind: mask & ~vectors.valid[layer][kind] for kind, mask in read.items()}
        result.append(needed)
    return result[::-1]


def mark_sources(
    known: KnownEdges, edge_type: tuple[str, str, str], targets: NodeMask, marked: NodeMask, edges_at_a_time: int
) -> None:
    """Marks every source of a known in-edge of some targets.

    Args:
        known: The graph at the instant.
        edge_type: The relation.
        targets: Which targets [targets].
        marked: Receives True [sources].
        edges_at_a_time: How many edges may be looked at together.
    """
    if marked.all():
        return
    for rows in known.sources(edge_type, numpy.flatnonzero(targets), edges_at_a_time):
        marked[rows] = True
        if marked.all():
            return
