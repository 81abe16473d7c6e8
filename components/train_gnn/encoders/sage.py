"""GraphSAGE, the textbook (Hamilton, Ying and Leskovec 2017, algorithm 1, mean aggregator), over every relation."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch_geometric.nn import SAGEConv

from components.train_gnn.encoders.layered_encoder import LayeredEncoder, own_vectors, relation_name
from components.train_gnn.message_block import MessageBlock
from components.train_gnn.settings import NetworkSettings
from schemas.graph_artifact import EDGE_TYPES


class SageEncoder(LayeredEncoder):
    """Two or more SAGE layers with ReLU between them; relations are summed; true degrees are not used.

    Args:
        settings: The network's settings.
    """

    residual_sequence = False

    def __init__(self, settings: NetworkSettings) -> None:
        super().__init__()
        size = settings.embedding_size
        self.last = settings.layers - 1
        self.convolutions = nn.ModuleDict(
            {
                relation_name(edge_type, layer): SAGEConv((size, size), size, aggr="mean")
                for layer in range(settings.layers)
                for edge_type in EDGE_TYPES
            }
        )

    def forward_layer(self, number: int, vectors: dict[str, Tensor], block: MessageBlock) -> dict[str, Tensor]:
        """One SAGE layer; see message_block.Encoder for the shapes."""
        own = own_vectors(vectors, block)
        total = {kind: torch.zeros_like(vector) for kind, vector in own.items()}
        for edge_type in EDGE_TYPES:
            source, _, target = edge_type
            convolution = self.convolutions[relation_name(edge_type, number)]
            total[target] = total[target] + convolution((vectors[source], own[target]), block.adjacency[edge_type])
        return total if number == self.last else {kind: vector.relu() for kind, vector in total.items()}
