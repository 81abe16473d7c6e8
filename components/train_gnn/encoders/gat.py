"""Graph attention (Veličković et al. 2018) in its second version (Brody, Alon and Yahav 2022), over every relation."""

from __future__ import annotations

from torch import Tensor, nn
from torch_geometric.nn import GATv2Conv

from components.train_gnn.encoders.layered_encoder import LayeredEncoder, own_vectors, relation_name
from components.train_gnn.message_block import MessageBlock, edge_index
from components.train_gnn.settings import NetworkSettings
from schemas.graph_artifact import EDGE_TYPES


class GatEncoder(LayeredEncoder):
    r"""Two or more layers of attention over each relation's neighbours, with ELU between them.

    .. math::
        h_i = W_{kind} x_i + \sum_r \Vert_{head} \sum_j \alpha_{ij} W_r x_j, \qquad
        \alpha_{ij} \propto \exp\big(a^\top \mathrm{LeakyReLU}(W_r x_j + U_r x_i + w_{ij} v_r)\big)

    where the edge's weight w enters the attention (v_r is learned), and shares sum to one over the in-edges of a
    relation. A node's own vector has a weight of its own in place of the paper's self-loop: sources and targets are
    of different kinds. True degrees are not used.

    Args:
        settings: The network's settings; heads divide the size of the vectors among them.
    """

    residual_sequence = False

    def __init__(self, settings: NetworkSettings) -> None:
        super().__init__()
        size, heads = settings.embedding_size, settings.encoder_options.heads
        self.last = settings.layers - 1
        kinds = sorted({edge_type[2] for edge_type in EDGE_TYPES})
        self.own = nn.ModuleDict(
            {f"{layer}__{kind}": nn.Linear(size, size) for layer in range(settings.layers) for kind in kinds}
        )
        self.convolutions = nn.ModuleDict(
            {
                relation_name(edge_type, layer): GATv2Conv(
                    (size, size), size // heads, heads=heads, edge_dim=1, add_self_loops=False, bias=False
                )
                for layer in range(settings.layers)
                for edge_type in EDGE_TYPES
            }
        )

    def forward_layer(self, number: int, vectors: dict[str, Tensor], block: MessageBlock) -> dict[str, Tensor]:
        """One layer of attention; see message_block.Encoder for the shapes."""
        own = own_vectors(vectors, block)
        total = {kind: self.own[f"{number}__{kind}"](vector) for kind, vector in own.items()}
        for edge_type in EDGE_TYPES:
            source, _, target = edge_type
            adjacency = block.adjacency[edge_type]
            attended = self.convolutions[relation_name(edge_type, number)](
                (vectors[source], own[target]), edge_index(adjacency), adjacency.values().unsqueeze(1)
            )
            total[target] = total[target] + attended
        return total if number == self.last else {kind: nn.functional.elu(vector) for kind, vector in total.items()}
