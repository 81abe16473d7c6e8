"""GraphSAGE, the textbook (Hamilton, Ying and Leskovec 2017, algorithm 1, mean aggregator), over every relation."""

from __future__ import annotations

from torch import Tensor, nn
from torch_geometric.nn import SAGEConv

from components.train_gnn.message_block import MessageBlock
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
        self.convolutions = nn.ModuleDict(
            {
                _name(layer, edge): SAGEConv((size, size), size, aggr="mean")
                for layer in range(settings.layers)
                for edge in EDGE_TYPES
            }
        )

    def forward(self, vectors: dict[str, Tensor], blocks: list[MessageBlock]) -> dict[str, Tensor]:
        """Passes messages; true degrees are not used. See message_block.Encoder for the shapes."""
        for number, block in enumerate(blocks):
            total = {kind: vector.new_zeros(len(block.own[kind]), vector.shape[1]) for kind, vector in vectors.items()}
            for edge in EDGE_TYPES:
                source, _, target = edge
                ends = (vectors[source], vectors[target][block.own[target]])
                total[target] = total[target] + self.convolutions[_name(number, edge)](ends, block.adjacency[edge])
            vectors = total
            if number + 1 < len(blocks):
                vectors = {kind: vector.relu() for kind, vector in vectors.items()}
        return vectors


def _name(layer: int, edge: EdgeType) -> str:
    return f"{layer}__" + "__".join(edge)
