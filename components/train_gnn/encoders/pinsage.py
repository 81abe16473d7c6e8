"""PinSage (Ying et al. 2018, algorithms 1 and 2), over every relation."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch_geometric.nn import SimpleConv

from components.train_gnn.encoders.layered_encoder import LayeredEncoder, own_vectors, relation_name, weighted_mean
from components.train_gnn.message_block import MessageBlock, total_weight
from components.train_gnn.settings import NetworkSettings
from schemas.graph_artifact import EDGE_TYPES, NODE_KINDS


class PinsageEncoder(LayeredEncoder):
    r"""Convolutions that concatenate a node with the importance-weighted means of its neighbours.

    .. math::
        n_r = \frac{\sum_j w_{ij} \, \mathrm{ReLU}(Q_r x_j + q_r)}{\sum_j w_{ij}}, \qquad
        h_i = \frac{\mathrm{ReLU}(W [x_i ; n_1 ; n_2 ; \ldots] + b)}{\Vert \cdot \Vert_2}, \qquad
        z_i = G_2 \, \mathrm{ReLU}(G_1 h_i + g)

    the last after the last layer. The weight of an edge in the block is its importance (gamma of the paper). Visit
    counts of walks come in through the sampler's strategy `importance`, which draws neighbours in proportion to them.
    The paper has one kind of node and one relation; here each relation has Q and its place in the concatenation.

    Args:
        settings: The network's settings.
    """

    residual_sequence = False

    def __init__(self, settings: NetworkSettings) -> None:
        super().__init__()
        size = settings.embedding_size
        self.last = settings.layers - 1
        self.sum = SimpleConv(aggr="sum")
        self.neighbour = nn.ModuleDict(
            {
                relation_name(edge_type, layer): nn.Linear(size, size)
                for layer in range(settings.layers)
                for edge_type in EDGE_TYPES
            }
        )
        parts = {kind: 1 + sum(edge_type[2] == kind for edge_type in EDGE_TYPES) for kind in NODE_KINDS}
        self.joined = nn.ModuleDict(
            {
                f"{layer}__{kind}": nn.Linear(parts[kind] * size, size)
                for layer in range(settings.layers)
                for kind in NODE_KINDS
            }
        )
        self.output = nn.ModuleDict(
            {
                kind: nn.Sequential(nn.Linear(size, size), nn.ReLU(), nn.Linear(size, size, bias=False))
                for kind in NODE_KINDS
            }
        )

    def forward_layer(self, number: int, vectors: dict[str, Tensor], block: MessageBlock) -> dict[str, Tensor]:
        """One convolution; see message_block.Encoder for the shapes."""
        parts = {kind: [own] for kind, own in own_vectors(vectors, block).items()}
        for edge_type in EDGE_TYPES:
            source, _, target = edge_type
            adjacency = block.adjacency[edge_type]
            said = self.neighbour[relation_name(edge_type, number)](vectors[source]).relu()  # [sources, size]
            parts[target].append(weighted_mean(self.sum((said, None), adjacency), total_weight(adjacency)))
        joined = {kind: self.joined[f"{number}__{kind}"](torch.cat(part, dim=1)) for kind, part in parts.items()}
        result = {kind: nn.functional.normalize(vector.relu()) for kind, vector in joined.items()}
        return {kind: self.output[kind](vector) for kind, vector in result.items()} if number == self.last else result
