"""The growing sample as one graph: every node once, whichever seeds reach it."""

from __future__ import annotations

import numpy

from components.train_gnn.sampler.frontier import Frontier, KeyArray
from components.train_gnn.sampler.random_numbers import root_keys
from schemas.graph_artifact import EdgeType, IntArray
from schemas.instants import Instant


def require_one_time(instant: IntArray) -> None:
    """Refuses seeds of differing times: a node would hand what the younger seed may know to the older one (rule 4).

    Raises:
        ValueError: The seeds do not share one time.
    """
    if len(instant) and instant.min() != instant.max():
        raise ValueError(
            f"merged neighbourhoods need one time for all seeds of a batch, got {int(instant.min())} to "
            f"{int(instant.max())}: an older seed would see edges that are younger than it (rule 4). Use disjoint "
            "trees (merged=False), or batches of equal times"
        )


class MergedGraph:
    """Nodes and edges sampled so far; the attributes are those of SampledTrees, with all nodes in tree 0.

    A node's draws depend on the sampler's seed, the time and the node alone: it is the same in any batch.

    Args:
        seeds: Node indices of the seeds by kind, repeats allowed.
        kinds: Every kind of node.
        edge_types: Every relation.
        random_seed: Of the sampler.
        instant: The time of all seeds.
    """

    def __init__(
        self,
        seeds: dict[str, IntArray],
        kinds: tuple[str, ...],
        edge_types: tuple[EdgeType, ...],
        random_seed: numpy.uint64,
        instant: Instant,
    ) -> None:
        none = numpy.empty(0, dtype=numpy.int64)
        self.random_seed = random_seed ^ numpy.uint64(instant % 2**64)
        self.kinds = kinds
        self.node: dict[str, IntArray] = dict.fromkeys(kinds, none)
        self.tree: dict[str, IntArray] = dict.fromkeys(kinds, none)
        self.key: dict[str, KeyArray] = dict.fromkeys(kinds, numpy.empty(0, dtype=numpy.uint64))
        self.edge: dict[EdgeType, IntArray] = dict.fromkeys(edge_types, none)
        self.ends: dict[EdgeType, IntArray] = dict.fromkeys(edge_types, numpy.empty((2, 0), dtype=numpy.int64))
        self.seed_number = {kind: self._number(kind, ids) for kind, ids in seeds.items()}
        """Which of the sampled nodes each seed is."""

    def add_layer(self, frontiers: list[Frontier], positions: list[IntArray], expands: bool) -> None:
        """Adds the drawn edges and the nodes that are new; the arguments are those of SampledTrees.add_layer."""
        del expands  # keys are cheap here
        for frontier, position in zip(frontiers, positions, strict=True):
            edge_type = frontier.relation.edge_type
            drawn = frontier.relation.edges.row[position].astype(numpy.int64)
            target = frontier.first + numpy.repeat(numpy.arange(len(frontier.node)), numpy.diff(frontier.offset))
            ends = numpy.stack([self._number(edge_type[0], drawn), target])
            self.ends[edge_type] = numpy.concatenate([self.ends[edge_type], ends], axis=1)
            self.edge[edge_type] = numpy.concatenate([self.edge[edge_type], position])

    def _number(self, kind: str, ids: IntArray) -> IntArray:
        """Numbers nodes in order of their first appearance, adds the new ones, and says which number each has."""
        known = self.node[kind]
        every = numpy.concatenate([known, ids])
        _, first, inverse = numpy.unique(every, return_index=True, return_inverse=True)
        appearance = numpy.argsort(first)
        number = numpy.empty(len(first), dtype=numpy.int64)
        number[appearance] = numpy.arange(len(first))
        self.node[kind] = every[first[appearance]]
        self.tree[kind] = numpy.zeros(len(first), dtype=numpy.int64)
        self.key[kind] = numpy.empty(len(first), dtype=numpy.uint64)
        root_keys(self.random_seed, self.node[kind], self.kinds.index(kind), self.key[kind])
        return number[inverse[len(known) :]]
