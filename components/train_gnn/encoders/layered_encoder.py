"""What all encoders share: one layer after the other."""

from __future__ import annotations

import abc

from torch import Tensor, nn

from components.train_gnn.message_block import MessageBlock
from schemas.graph_artifact import EdgeType

_NO_WEIGHT = 1e-30


class LayeredEncoder(nn.Module, abc.ABC):
    """An encoder that is told apart by what one layer does; see message_block.Encoder.

    Attributes:
        residual_sequence: How the LSTM enters a user's input vector (see InputEncoder).
    """

    residual_sequence = False

    @abc.abstractmethod
    def forward_layer(self, number: int, vectors: dict[str, Tensor], block: MessageBlock) -> dict[str, Tensor]:
        """Passes one round of messages; see message_block.Encoder."""

    def forward(self, vectors: dict[str, Tensor], blocks: list[MessageBlock]) -> dict[str, Tensor]:
        """Passes messages layer by layer; see message_block.Encoder for the shapes."""
        for number, block in enumerate(blocks):
            vectors = self.forward_layer(number, vectors, block)
        return vectors


def relation_name(edge_type: EdgeType, layer: int | None = None) -> str:
    """The name of a relation's weights; torch refuses dots and wants text."""
    name = "__".join(edge_type)
    return name if layer is None else f"{layer}__{name}"


def own_vectors(vectors: dict[str, Tensor], block: MessageBlock) -> dict[str, Tensor]:
    """Each target's own vector among the sources, by kind of node, each [targets, size]."""
    return {kind: vector[block.own[kind]] for kind, vector in vectors.items()}


def zero_linear(inputs: int, outputs: int) -> nn.Linear:
    """A linear map without bias that starts at zero."""
    layer = nn.Linear(inputs, outputs, bias=False)
    nn.init.zeros_(layer.weight)
    return layer


def weighted_mean(total: Tensor, weight: Tensor) -> Tensor:
    """Weighted sums over their weights [targets, size]; zero where no edge counts, and the sum is zero as well."""
    return total / weight.clamp(min=_NO_WEIGHT)
