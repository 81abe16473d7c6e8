"""The graph network: input vectors, message passing, dot product."""

from __future__ import annotations

import math
from typing import cast

import torch
from torch import Tensor, nn

from components.train_gnn.encoders.registry import make_encoder
from components.train_gnn.graph_tables import GraphTables
from components.train_gnn.inputs.attribute_encoder import AttributeEncoder
from components.train_gnn.inputs.node_inputs import InputEncoder, NodeInputs
from components.train_gnn.logistic_fit import best_scale_and_bias
from components.train_gnn.message_block import Encoder, MessageBlock
from components.train_gnn.popularity import PopularityOffset
from components.train_gnn.settings import NetworkSettings

SMALLEST_SCALE = 0.05
"""The standard deviation of the first log odds where the untrained dot products say nothing: small, but not nothing."""

_UNIT_LENGTH: dict[str, tuple[str, ...]] = {"none": (), "user": ("user",), "user_and_content": ("user", "content")}


class GraphNetwork(nn.Module):
    """Embeds nodes so that the dot product of a user and a content tells how likely the click is.

    Args:
        settings: The network's settings.
        tables: The graph's article vectors, brands and declared attributes.

    Attributes:
        rotation: Turns embeddings into the space of an earlier network; the identity for a space of its own
            [size, size].
    """

    rotation: Tensor

    def __init__(self, settings: NetworkSettings, tables: GraphTables) -> None:
        super().__init__()
        encoder = make_encoder(settings)
        self.inputs = InputEncoder(
            article_embedding=tables.article_embedding,
            article_brand=tables.article_brand,
            brands=tables.brands,
            size=settings.embedding_size,
            lstm_hidden_size=settings.lstm_hidden_size,
            residual_sequence=encoder.residual_sequence,
            attention=settings.inputs.content_pooling == "attention",
            attributes={
                kind: AttributeEncoder(attributes, tables.nodes[kind], settings.embedding_size)
                for kind, attributes in tables.attributes.items()
                if settings.inputs.attributes
            },
            order_weight=tables.article_rarity**settings.inputs.rarity_power,
        )
        self.pooled_orders = settings.inputs.pooled_orders
        self.encoder = encoder
        self.layers = settings.layers
        self.messages = settings.messages
        self.hidden_edge_share = settings.cold_start.hidden_edge_share
        self.unit_length = _UNIT_LENGTH[settings.unit_length]
        self.popularity = (
            PopularityOffset(settings.loss.popularity_smoothing) if settings.loss.popularity_offset else None
        )
        self.register_buffer("rotation", torch.eye(settings.embedding_size))
        self.log_scale = nn.Parameter(torch.zeros(()))
        self.bias = nn.Parameter(torch.zeros(()))

    def forward(self, inputs: NodeInputs, blocks: list[MessageBlock]) -> dict[str, Tensor]:
        """Embeds nodes.

        Batches are made on the CPU and move here to where the weights are.

        Args:
            inputs: What the sources of the first block are made of.
            blocks: One a layer.

        Returns:
            Embeddings by kind of node, each [targets of the last block, size].
        """
        device = self.bias.device
        blocks = [block.to(device) for block in blocks]
        return self.scaled(self.encoder(self.inputs(inputs.to(device)), blocks))

    def forward_layer(self, number: int, vectors: dict[str, Tensor], block: MessageBlock) -> dict[str, Tensor]:
        """One layer of forward, for a block's targets alone; the last one returns embeddings.

        Args:
            number: Of the layer, from 0.
            vectors: What the layer before returned (or the input vectors) for the block's sources.
            block: The layer's edges.
        """
        result = cast(Encoder, self.encoder).forward_layer(number, vectors, block)
        return self.scaled(result) if number + 1 == self.layers else result

    def scaled(self, vectors: dict[str, Tensor]) -> dict[str, Tensor]:
        """The encoder's output as embeddings: of unit length where the settings say so, in the network's space."""
        scaled = {
            kind: nn.functional.normalize(vector) if kind in self.unit_length else vector
            for kind, vector in vectors.items()
        }
        # Losses read dot products, which no rotation changes: training spares itself the product and its rounding.
        return scaled if self.training else {kind: vector @ self.rotation for kind, vector in scaled.items()}

    def logit(self, user: Tensor, content: Tensor, offset: Tensor) -> Tensor:
        """Log odds of a click.

        Args:
            user: Embeddings of users [links, size].
            content: Embeddings of contents [links, size].
            offset: The contents' popularity [links].

        Returns:
            [links].
        """
        return (user * content).sum(dim=1) * self.log_scale.exp() + self.bias + offset

    def logit_of_all(self, user: Tensor, content: Tensor, offset: Tensor) -> Tensor:
        """The same of each user with each content: [users, size], [contents, size], [contents] -> [users, contents]."""
        return user @ content.T * self.log_scale.exp() + self.bias + offset

    @torch.no_grad()
    def start_logit_at(self, dot_product: Tensor, offset: Tensor, label: Tensor) -> None:
        """Sets scale and bias to those that explain a sample of links best, by logistic regression.

        Dot products of a wrong size would be mended by changing every weight, before any of them can learn.

        Args:
            dot_product: Of a sample of links, before training [links].
            offset: The contents' popularity [links].
            label: 1 for clicked links, 0 for others [links].
        """
        spread = float(dot_product.std())
        scale, bias = best_scale_and_bias(dot_product / spread if spread > 0 else dot_product, offset, label)
        self.log_scale.fill_(math.log(max(scale, SMALLEST_SCALE) / spread) if spread > 0 else 0.0)
        self.bias.fill_(bias)
