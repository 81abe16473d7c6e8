"""The heterogeneous graph transformer (Hu, Dong, Wang and Sun 2020)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch_geometric.nn import HGTConv

from components.train_gnn.encoders.layered_encoder import LayeredEncoder, own_vectors
from components.train_gnn.message_block import MessageBlock, edge_index
from components.train_gnn.settings import MessageSettings, NetworkSettings
from schemas.errors import ContractError
from schemas.graph_artifact import EDGE_TYPES, NODE_KINDS


class HgtEncoder(LayeredEncoder):
    """Layers of PyG's HGTConv: one attention over the in-edges of all relations, a gated skip from the own vector.

    HGTConv wants one node set for sources and targets: it gets the sources followed by the targets' own vectors, edges
    from the former to the latter, and its last rows are the result. What it works out for the other rows is thrown
    away, which makes it the most expensive encoder. It knows no edge weights and no degrees; the paper's relative
    temporal encoding is left out.

    Args:
        settings: The network's settings; heads divide the size of the vectors among them.

    Raises:
        ContractError: The settings weigh edges.
    """

    residual_sequence = False

    def __init__(self, settings: NetworkSettings) -> None:
        super().__init__()
        if settings.messages != MessageSettings():
            raise ContractError(
                f"encoder 'hgt' takes no edge weights, but network.messages is {settings.messages.model_dump()}; leave "
                "messages at its defaults (the sampler's recency is open to it), or choose another encoder"
            )
        size = settings.embedding_size
        self.layers = nn.ModuleList(
            HGTConv(size, size, (list(NODE_KINDS), list(EDGE_TYPES)), settings.encoder_options.heads)
            for _ in range(settings.layers)
        )

    def forward_layer(self, number: int, vectors: dict[str, Tensor], block: MessageBlock) -> dict[str, Tensor]:
        """One layer of attention; see message_block.Encoder for the shapes."""
        sources = {kind: len(vector) for kind, vector in vectors.items()}
        both = {kind: torch.cat([vectors[kind], own]) for kind, own in own_vectors(vectors, block).items()}
        edges = {}
        for edge_type in EDGE_TYPES:  # HGTConv gives other weights to relations that come in another order
            row, column = edge_index(block.adjacency[edge_type])
            edges[edge_type] = torch.stack([row, column + sources[edge_type[2]]])
        result = self.layers[number](both, edges)
        return {kind: vector[sources[kind] :] for kind, vector in result.items()}
