"""Contrast: linear message passing shaped like collaborative filtering (the project's own; see docs/experiments.md)."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch_geometric.nn import SimpleConv

from components.train_gnn.encoders.layered_encoder import (
    LayeredEncoder,
    own_vectors,
    relation_name,
    weighted_mean,
)
from components.train_gnn.encoders.multiple_of_identity import MultipleOfIdentity
from components.train_gnn.message_block import MessageBlock, edge_counts, total_weight
from components.train_gnn.settings import NetworkSettings
from schemas.graph_artifact import EdgeType

CONTRASTED: dict[str, tuple[EdgeType, EdgeType]] = {
    "content": (("user", "clicks", "content"), ("user", "views", "content")),
    "user": (("content", "clicked_by", "user"), ("content", "viewed_by", "user")),
}
"""For each kind of node the relation that counts for it and the one that counts against it."""

PLAIN: dict[str, tuple[EdgeType, ...]] = {
    "content": (("brand", "featured_by", "content"),),
    "user": (("brand", "followed_by", "user"),),
    "brand": (("user", "follows", "brand"), ("content", "features", "brand")),
}


class ContrastLayer(nn.Module):
    r"""One layer, linear and starting at identity.

    .. math::
        h_i = W_s x_i + W_+ \frac{n_+}{n_+ + k_+} \overline{x}_{clickers}
            + W_- \frac{n_-}{n_- + k_-} \overline{x}_{viewers} + \sum_r \frac{n_r}{n_r + k_r} W_r \overline{x}_r

    where the means are weighted by the edges, n are true degrees times the mean weight, and k are learned. W_s and W_+
    start at the identity, W_- at the negative identity times a weight, and W_r at zero; how much of the identity each
    holds is a number of its own.

    Args:
        size: Length of the vectors.
        initial_shrinkage: k at the start.
        initial_view_weight: How much viewers count against clickers at the start.
    """

    def __init__(self, size: int, initial_shrinkage: float, initial_view_weight: float) -> None:
        super().__init__()
        self.sum = SimpleConv(aggr="sum")
        self.own = nn.ModuleDict({kind: MultipleOfIdentity(size, 1.0) for kind in PLAIN})
        self.wanted = nn.ModuleDict({kind: MultipleOfIdentity(size, 1.0) for kind in CONTRASTED})
        self.seen = nn.ModuleDict({kind: MultipleOfIdentity(size, -initial_view_weight) for kind in CONTRASTED})
        self.plain = nn.ModuleDict(
            {relation_name(edge): MultipleOfIdentity(size, 0.0) for edges in PLAIN.values() for edge in edges}
        )
        relations = [
            *(edge for pair in CONTRASTED.values() for edge in pair),
            *(e for es in PLAIN.values() for e in es),
        ]
        self.log_shrinkage = nn.ParameterDict(
            {relation_name(edge): nn.Parameter(torch.tensor(math.log(initial_shrinkage))) for edge in relations}
        )

    def forward(self, vectors: dict[str, Tensor], block: MessageBlock) -> dict[str, Tensor]:
        """One round of messages: vectors of the block's sources in, vectors of its targets out."""
        result = {}
        for kind, own in own_vectors(vectors, block).items():
            total = self.own[kind](own)  # [targets, size]
            if kind in CONTRASTED:
                wanted, seen = (self._shrunk_mean(edge, vectors, block) for edge in CONTRASTED[kind])
                total = total + self.wanted[kind](wanted) + self.seen[kind](seen)
            for edge in PLAIN[kind]:
                total = total + self.plain[relation_name(edge)](self._shrunk_mean(edge, vectors, block))
            result[kind] = total
        return result

    def _shrunk_mean(self, edge: EdgeType, vectors: dict[str, Tensor], block: MessageBlock) -> Tensor:
        adjacency = block.adjacency[edge]
        total: Tensor = self.sum((vectors[edge[0]], None), adjacency)  # [targets, size]
        weight = total_weight(adjacency)  # [targets, 1]
        # Sampled edges stand for all: their mean weight times the true degree is the weight of the whole neighbourhood.
        count = weight / edge_counts(adjacency).clamp(min=1) * block.degree[edge].unsqueeze(1)  # [targets, 1]
        shrunk: Tensor = weighted_mean(total, weight) * (
            count / (count + self.log_shrinkage[relation_name(edge)].exp())
        )
        return shrunk


class ContrastEncoder(LayeredEncoder):
    """Layers of ContrastLayer, without non-linearities between them.

    Args:
        settings: The network's settings.
    """

    residual_sequence = True

    def __init__(self, settings: NetworkSettings) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            ContrastLayer(
                settings.embedding_size, settings.initial_shrinkage, settings.encoder_options.initial_view_weight
            )
            for _ in range(settings.layers)
        )

    def forward_layer(self, number: int, vectors: dict[str, Tensor], block: MessageBlock) -> dict[str, Tensor]:
        """One ContrastLayer; see message_block.Encoder for the shapes."""
        result: dict[str, Tensor] = self.layers[number](vectors, block)
        return result
