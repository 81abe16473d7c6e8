"""Settings of the ranker."""

from __future__ import annotations

from typing import Literal

import pydantic

from schemas.settings import Seeds, Settings

CrossKind = Literal["full", "low_rank", "mixture"]
Structure = Literal["parallel", "stacked"]
EmbeddingInteraction = Literal["dot", "product", "product_and_vectors"]
Loss = Literal["log_loss", "slate_softmax", "both"]


class RankerSettings(Settings):
    """Shape and training of the deep & cross network; the same for the rankers with and without the graph.

    Attributes:
        cross: Weight of a cross layer: a full matrix, a low-rank one, or a gated mixture of low-rank experts.
        cross_layers: Cross layers; n of them reach interactions of degree n + 1.
        rank: Rank of the low-rank weights.
        experts: Experts of one mixture layer.
        deep_sizes: Units of the dense layers.
        encoding_bins: Bins of the piecewise linear encoding of every number, which the dense layers read beside the
            cross network's input; 0 to leave it out.
        encoding_units: Outputs of the linear layer through which the encoding enters.
        structure: `parallel` (cross and deep side by side) or `stacked` (deep on top of cross).
        dropout: Share of the deep units dropped in training.
        embedding_interaction: What the network reads of the two embeddings. `dot`: their dot product, its slate rank
            and its difference from the slate's mean; `product`: also their element-wise product; `product_and_vectors`:
            also both vectors. Products and vectors enter through one small linear layer.
        embedding_units: Outputs of that linear layer.
        embedding_dropout: Share of the products and vectors dropped in training.
        position_units: Hidden units of the position tower.
        loss: What training lowers: the `log_loss` of every candidate, the `slate_softmax` of every click (the order
            within requests alone; the level of the probabilities is then set by the click rate of the training rows),
            or the sum of `both`.
        learning_rate: Peak of AdamW's learning rate, which falls to 0 over `epochs` along a cosine.
        warm_start_learning_rate_share: Share of that rate where training starts from an earlier ranker's weights.
        weight_decay: AdamW's decay of every weight that is not a bias.
        batch_requests: Requests of one training step.
        shuffle_requests: Requests held in memory to draw a batch from.
        epochs: Most passes over the training split.
        patience: Epochs without a better validation loss before training stops.
        seeds: One model is trained for each; the first is the one that is pushed.
        replayed_requests: Requests that a fresh process must score the same from the export.
    """

    cross: CrossKind = "low_rank"
    cross_layers: int = pydantic.Field(default=2, ge=1)
    rank: int = pydantic.Field(default=16, ge=1)
    experts: int = pydantic.Field(default=4, ge=1)
    deep_sizes: tuple[int, ...] = pydantic.Field(default=(128, 64), min_length=1)
    encoding_bins: int = pydantic.Field(default=8, ge=0)
    encoding_units: int = pydantic.Field(default=32, ge=1)
    structure: Structure = "parallel"
    dropout: float = pydantic.Field(default=0.1, ge=0, lt=1)
    embedding_interaction: EmbeddingInteraction = "dot"
    embedding_units: int = pydantic.Field(default=8, ge=1)
    embedding_dropout: float = pydantic.Field(default=0.5, ge=0, lt=1)
    position_units: int = pydantic.Field(default=8, ge=1)
    loss: Loss = "log_loss"
    learning_rate: float = pydantic.Field(default=0.003, gt=0)
    warm_start_learning_rate_share: float = pydantic.Field(default=0.2, gt=0, le=1)
    weight_decay: float = pydantic.Field(default=0.1, ge=0)
    batch_requests: int = pydantic.Field(default=128, ge=1)
    shuffle_requests: int = pydantic.Field(default=20_000, ge=1)
    epochs: int = pydantic.Field(default=6, ge=1)
    patience: int = pydantic.Field(default=2, ge=1)
    seeds: Seeds = (1,)
    replayed_requests: int = pydantic.Field(default=32, ge=1)

    @pydantic.field_validator("deep_sizes")
    @classmethod
    def _positive_sizes(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if min(value) < 1:
            raise ValueError(f"deep_sizes must be positive, found {value}")
        return value
