"""LightGCN (He et al. 2020): neighbours' vectors, symmetrically normalized, and nothing to learn."""

from __future__ import annotations

import torch
from torch import Tensor
from torch_geometric.nn import SimpleConv

from components.train_gnn.encoders.layered_encoder import LayeredEncoder, weighted_mean
from components.train_gnn.message_block import MessageBlock, edge_counts, total_weight
from components.train_gnn.settings import NetworkSettings
from schemas.graph_artifact import EDGE_TYPES, NODE_KINDS

POSITIVE = tuple(edge_type for edge_type in EDGE_TYPES if edge_type[1] not in ("views", "viewed_by"))
"""The relations that it takes for interactions: an impression that nobody clicked speaks for nothing."""


class LightgcnEncoder(LayeredEncoder):
    r"""The paper's equations 3 to 8, over clicks, follows and what contents feature.

    .. math::
        e_i^{(l+1)} = \sum_{j} \frac{w_{ij}}{\sqrt{d_i} \sqrt{d_j}} e_j^{(l)}, \qquad
        e_i = \frac{1}{L + 1} \sum_{l=0}^{L} e_i^{(l)}, \qquad e_i^{(0)} = \sqrt{d_i} \, x_i

    where d is the true weight of a node's in-edges over all these relations. A sampled tree does not know the degree of
    its leaves, and needs not: with :math:`z = e / \sqrt{d}` a layer is the plain mean
    :math:`z_i^{(l+1)} = \frac{1}{d_i} \sum_j w_{ij} z_j^{(l)}` from :math:`z^{(0)} = x`, and the result is
    :math:`\sqrt{d_i}` times the mean over layers, so that the degrees of targets give the symmetric normalization
    exactly, in trees and in the whole graph. The price is the start: the paper learns :math:`e^{(0)}` freely for each
    node; ours is the input vector times :math:`\sqrt{d}`. Degrees below 1 count as 1: a node without edges keeps its
    input (over L + 1).

    Between layers the vectors carry z and the running sum over layers side by side [nodes, 2 size].

    Args:
        settings: The network's settings.
    """

    residual_sequence = True

    def __init__(self, settings: NetworkSettings) -> None:
        super().__init__()
        self.sum = SimpleConv(aggr="sum")
        self.last = settings.layers - 1

    def forward_layer(self, number: int, vectors: dict[str, Tensor], block: MessageBlock) -> dict[str, Tensor]:
        """One mean over neighbours; see message_block.Encoder for the shapes."""
        carried = vectors if number else {kind: torch.cat([vector, vector], dim=1) for kind, vector in vectors.items()}
        result = {}
        for kind in NODE_KINDS:
            _, running = carried[kind][block.own[kind]].chunk(2, dim=1)  # [targets, size]
            total, degree = torch.zeros_like(running), running.new_zeros(len(running), 1)
            for edge_type in POSITIVE:
                if edge_type[2] == kind:
                    source, _ = carried[edge_type[0]].chunk(2, dim=1)
                    mean, count = self._mean(source, block.adjacency[edge_type], block.degree[edge_type])
                    total, degree = total + count * mean, degree + count
            mean = weighted_mean(total, degree)
            running = running + mean
            finished = running * degree.clamp(min=1).sqrt() / (self.last + 2)
            result[kind] = finished if number == self.last else torch.cat([mean, running], dim=1)
        return result

    def _mean(self, source: Tensor, adjacency: Tensor, degree: Tensor) -> tuple[Tensor, Tensor]:
        """Mean over a relation's in-edges [targets, size], and the weight of all of them [targets, 1].

        Sampled edges stand for all: their mean weight times the true degree is the weight of the whole neighbourhood.
        """
        total, weight = self.sum((source, None), adjacency), total_weight(adjacency)
        return weighted_mean(total, weight), weight / edge_counts(adjacency).clamp(min=1) * degree.unsqueeze(1)
