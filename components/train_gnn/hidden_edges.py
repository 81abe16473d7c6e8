"""Hides the views and clicks of a share of a batch's seeds, so that the network learns to speak from features alone."""

from __future__ import annotations

from typing import Any

import numpy
import torch
from torch import Tensor

from components.train_gnn.sampler.random_numbers import root_keys
from components.train_gnn.supervision import PAIR_RELATIONS, VIEWS
from schemas.graph_artifact import EdgeType, IntArray

_FIRST_STREAM = 2
"""The roots of trees draw from streams 0 and 1."""


def hidden_seeds(batch: Any, share: float) -> dict[str, Tensor]:
    """Which seeds of a batch are hidden, by kind of node, bool [seeds].

    The draw belongs to the node and the instant: all links of one request see the same user, whatever the batch, the
    order of the links and the number of threads. Every epoch has its own.

    Args:
        batch: From link_loader.
        share: Of the seeds, in [0, 1).
    """
    instants = batch[VIEWS].edge_label_time.numpy()
    result = {}
    for stream, kind in enumerate((VIEWS[0], VIEWS[2]), _FIRST_STREAM):
        seeds = batch[kind].num_sampled_nodes[0]
        node = batch[kind].n_id[:seeds].numpy()
        instant = instants[batch[kind].batch[:seeds].numpy()] if "batch" in batch[kind] else instants[:1]
        result[kind] = torch.from_numpy(_uniform(batch.random_seed, stream, node, instant) < share)
    return result


def carries_messages(edge_type: EdgeType, target: Tensor, hidden: dict[str, Tensor]) -> Tensor | None:
    """Which edges still carry messages; seeds are the first nodes of their kind.

    Follows and what contents feature stay: they are known of a node that nobody viewed. A hidden node that its own tree
    meets again as somebody's neighbour, more than two steps away, keeps its edges there.

    Args:
        edge_type: The relation.
        target: Of each edge [edges].
        hidden: From hidden_seeds.

    Returns:
        A mask [edges], or None where all do.
    """
    seeds = hidden.get(edge_type[2])
    if seeds is None or edge_type not in PAIR_RELATIONS:
        return None
    # Everything behind the seeds falls on one more place, which hides nothing.
    padded = torch.cat([seeds, seeds.new_zeros(1)])
    return ~padded[target.clamp(max=len(seeds))]


def hidden_degree(edge_type: EdgeType, degree: Tensor, hidden: dict[str, Tensor]) -> Tensor:
    """True degrees with those of hidden seeds set to 0 [targets]."""
    targets = torch.arange(len(degree))
    kept = carries_messages(edge_type, targets, hidden)
    return degree if kept is None else degree * kept


def _uniform(seed: int, stream: int, node: IntArray, instant: IntArray) -> numpy.ndarray:
    """A number in [0, 1) for every node at an instant."""
    keys = numpy.empty(len(node), dtype=numpy.uint64)
    # Instants are microseconds: neighbouring nodes lie further apart than a day of them.
    root_keys(numpy.uint64(seed), node * numpy.int64(1 << 37) + instant, stream, keys)
    uniform: numpy.ndarray = (keys >> numpy.uint64(11)) * 2.0**-53
    return uniform
