"""GraphSAGE, the textbook (Hamilton, Ying and Leskovec 2017, algorithm 1, mean aggregator), over every relation."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor, nn
from torch_geometric.nn import HeteroConv, SAGEConv

from components.train_gnn.settings import NetworkSettings
from schemas.graph_artifact import EDGE_TYPES, EdgeType


class SageEncoder(nn.Module):
    """Two or more SAGE layers with ReLU between them; relations are summed.

    Args:
        settings: The network's settings.
    """

    residual_sequence = False

    def __init__(self, settings: NetworkSettings) -> None:
        super().__init__()
        size = settings.embedding_size
        self.layers = nn.ModuleList(
            HeteroConv({edge: SAGEConv((size, size), size, aggr="mean") for edge in EDGE_TYPES}, aggr="sum")
            for _ in range(settings.layers)
        )

    def forward(
        self, vectors: dict[str, Tensor], adjacency: Mapping[EdgeType, Tensor], degree: Mapping[EdgeType, Tensor]
    ) -> dict[str, Tensor]:
        """Passes messages; degrees are not used. See encoders/registry.py for the shapes."""
        del degree
        for number, layer in enumerate(self.layers):
            vectors = layer(vectors, adjacency)
            if number + 1 < len(self.layers):
                vectors = {kind: vector.relu() for kind, vector in vectors.items()}
        return vectors
