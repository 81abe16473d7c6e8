"""How alike the vectors of different nodes become from layer to layer: over-smoothing (Li, Han and Wu 2018)."""

from __future__ import annotations

import numpy
import torch
from torch import Tensor

from components.train_gnn.link_batches import link_loader
from components.train_gnn.message_block import MessageBlock
from components.train_gnn.supervision import VIEWS, Links
from components.train_gnn.training.objective import Objective
from components.train_gnn.training_links import arranged

SAMPLE = 1024
"""Links whose ends are compared."""


@torch.no_grad()
def pairwise_cosines(objective: Objective, links: Links) -> dict[str, list[float]]:
    """Mean cosine over pairs of different nodes, of their input vectors and after each layer.

    Args:
        objective: The network, its graph and its sampler.
        links: Their ends are compared, those of at most SAMPLE links; every node once, at one of its instants.

    Returns:
        For users and for content one number for the input vectors and one for each layer.
    """
    objective.eval()
    chosen = links.select(numpy.linspace(0, len(links) - 1, min(SAMPLE, len(links))).astype(numpy.int64))
    (batch,) = link_loader(chosen, objective.tables, objective.sampler, batch_links=len(chosen))
    by_layer: list[dict[str, Tensor]] = []

    def see_layers(encoder: torch.nn.Module, arguments: tuple[dict[str, Tensor], list[MessageBlock]]) -> None:
        vectors, blocks = arguments
        by_layer.append({kind: vectors[kind][row] for kind, row in blocks[0].own.items()})
        by_layer.extend(encoder.forward(vectors, blocks[:depth]) for depth in range(1, len(blocks) + 1))

    hook = objective.network.encoder.register_forward_pre_hook(see_layers)
    try:
        objective(batch, arranged(chosen, objective.settings))
    finally:
        hook.remove()
    result = {}
    for kind, seeds, nodes in (("user", 0, chosen.user), ("content", 1, chosen.content)):
        _, first = numpy.unique(nodes, return_index=True)
        row = batch[VIEWS].edge_label_index[seeds][torch.from_numpy(first)]
        result[kind] = [mean_pairwise_cosine(vectors[kind][row.to(vectors[kind].device)]) for vectors in by_layer]
    return result


def mean_pairwise_cosine(vectors: Tensor) -> float:
    """The mean cosine over all pairs of different rows; rows of zeros have no direction and are left out.

    Args:
        vectors: [nodes, size].

    Returns:
        Between -1 and 1; 0 where there is no pair.
    """
    lengths = vectors.double().norm(dim=1, keepdim=True)  # [nodes, 1]
    directed = vectors.double()[lengths.squeeze(1) > 0] / lengths[lengths.squeeze(1) > 0]
    count = len(directed)
    if count < 2:
        return 0.0
    # The squared length of the sum holds every ordered pair once and each row with itself.
    return (float(directed.sum(dim=0).square().sum()) - count) / (count * (count - 1))


def smoothing_notices(cosines: dict[str, list[float]], limit: float) -> list[str]:
    """One sentence for each kind of node whose vectors are more alike than the limit after some layer."""
    notices = []
    for kind, (_, *layers) in cosines.items():
        over = [f"layer {number} {cosine:.3f}" for number, cosine in enumerate(layers, start=1) if cosine > limit]
        if over:
            notices.append(
                f"over-smoothed: the mean pairwise cosine of {kind} vectors passes {limit} after {', '.join(over)}; "
                "use fewer layers, or an encoder that keeps a node's own vector"
            )
    return notices
