"""Turns drawn edges into the nodes and edges of the trees."""

from __future__ import annotations

import numpy

from components.train_gnn.sampler.compiled import compiled
from components.train_gnn.sampler.random_numbers import child_key, relation_key


@compiled
def emit_edges(
    row: numpy.ndarray,
    position: numpy.ndarray,
    offset: numpy.ndarray,
    tree: numpy.ndarray,
    first_target: int,
    first_source: int,
    source: numpy.ndarray,
    source_tree: numpy.ndarray,
    source_number: numpy.ndarray,
    target_number: numpy.ndarray,
) -> None:
    """Writes one new node for every drawn edge.

    Args:
        row: Source of every edge of the relation [edges].
        position: The drawn edges, by frontier node [draws].
        offset: Where each frontier node's draws lie [nodes + 1].
        tree: The tree of each frontier node [nodes].
        first_target: Where the frontier starts among the sampled nodes of its kind.
        first_source: Where the new nodes start among the sampled nodes of theirs.
        source: Receives the new nodes [draws].
        source_tree: Receives their trees [draws].
        source_number: Receives the source of each edge, as number of a sampled node [draws].
        target_number: Receives the target of each edge [draws].
    """
    # Two loops: the first waits for memory in one place only, the second writes runs of equal numbers.
    for draw in range(len(position)):
        source[draw] = row[position[draw]]
        source_number[draw] = first_source + draw
    for node in range(len(tree)):
        number, tree_of_node = first_target + node, tree[node]
        for draw in range(offset[node], offset[node + 1]):
            source_tree[draw] = tree_of_node
            target_number[draw] = number


@compiled
def emit_keys(offset: numpy.ndarray, key: numpy.ndarray, relation: int, child: numpy.ndarray) -> None:
    """Writes the keys of the new nodes.

    Args:
        offset: Where each frontier node's draws lie [nodes + 1].
        key: Of each frontier node [nodes].
        relation: Number of the relation.
        child: Receives the key of each new node [draws].
    """
    for node in range(len(key)):
        stream = relation_key(key[node], relation)
        for draw in range(offset[node], offset[node + 1]):
            child[draw] = child_key(stream, draw - offset[node])
