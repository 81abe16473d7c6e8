"""The growing sample, in two forms: a tree of its own for every seed, or one merged graph for all."""

from __future__ import annotations

from typing import TypeVar

import numpy

from components.train_gnn.sampler.emitted_edges import emit_edges, emit_keys
from components.train_gnn.sampler.frontier import Frontier, KeyArray
from components.train_gnn.sampler.random_numbers import root_keys
from schemas.graph_artifact import EdgeType, IntArray

AnyArray = TypeVar("AnyArray", IntArray, KeyArray)


class SampledTrees:
    """Nodes and edges sampled so far, each seed's apart from the others'.

    Args:
        seeds: Node indices of the seeds by kind.
        kinds: Every kind of node.
        edge_types: Every relation.
        random_seed: Of the sampler.
        identity: Number of each seed in the loader's whole input [seeds].

    Attributes:
        node: Node indices by kind, layer after layer.
        tree: The tree of each.
        key: Random keys of the nodes that may still be expanded.
        ends: Source and target of every edge, as numbers of sampled nodes, by relation, [2, edges] each.
        edge: The position of every edge in the sampler's edges, by relation.
    """

    def __init__(
        self,
        seeds: dict[str, IntArray],
        kinds: tuple[str, ...],
        edge_types: tuple[EdgeType, ...],
        random_seed: numpy.uint64,
        identity: IntArray,
    ) -> None:
        none, keyless = numpy.empty(0, dtype=numpy.int64), numpy.empty(0, dtype=numpy.uint64)
        self.node: dict[str, IntArray] = dict.fromkeys(kinds, none)
        self.tree: dict[str, IntArray] = dict.fromkeys(kinds, none)
        self.key: dict[str, KeyArray] = dict.fromkeys(kinds, keyless)
        self.edge: dict[EdgeType, IntArray] = dict.fromkeys(edge_types, none)
        self.ends: dict[EdgeType, IntArray] = dict.fromkeys(edge_types, numpy.empty((2, 0), dtype=numpy.int64))
        for end, (kind, ids) in enumerate(seeds.items()):
            self.node[kind], self.tree[kind] = ids, numpy.arange(len(ids))
            self.key[kind] = numpy.empty(len(ids), dtype=numpy.uint64)
            root_keys(random_seed, identity, end, self.key[kind])

    def add_layer(self, frontiers: list[Frontier], positions: list[IntArray], expands: bool) -> None:
        """Adds one new node for every drawn edge.

        Args:
            frontiers: The nodes that were expanded.
            positions: The edges that each frontier drew.
            expands: Whether another layer will expand the new nodes.
        """
        grown = {kind: len(ids) for kind, ids in self.node.items()}
        total = dict(grown)
        for frontier in frontiers:
            total[frontier.relation.edge_type[0]] += frontier.draws
        for kind, count in total.items():
            if count > grown[kind]:
                self.node[kind], self.tree[kind] = _extended(self.node[kind], count), _extended(self.tree[kind], count)
                if expands:
                    self.key[kind] = _extended(self.key[kind], count)
        for frontier, position in zip(frontiers, positions, strict=True):
            edge_type = frontier.relation.edge_type
            source = edge_type[0]
            edges, first = len(self.edge[edge_type]), grown[source]
            last = grown[source] = first + frontier.draws
            self.ends[edge_type] = _extended(self.ends[edge_type], edges + frontier.draws)
            self.edge[edge_type] = numpy.concatenate([self.edge[edge_type], position]) if edges else position
            emit_edges(
                frontier.relation.edges.row,
                position,
                frontier.offset,
                frontier.tree,
                frontier.first,
                first,
                self.node[source][first:last],
                self.tree[source][first:last],
                self.ends[edge_type][0, edges:],
                self.ends[edge_type][1, edges:],
            )
            if expands:
                emit_keys(frontier.offset, frontier.key, frontier.relation.number, self.key[source][first:last])


def _extended(array: AnyArray, length: int) -> AnyArray:
    """An array with a longer last dimension that starts with the given one; the rest is to be filled."""
    result = numpy.empty((*array.shape[:-1], length), dtype=array.dtype)
    result[..., : array.shape[-1]] = array
    return result
