"""Turns article vectors into the input vectors of users, contents and brands."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from components.train_gnn.inputs.article_attention import ArticleAttention
from components.train_gnn.inputs.attribute_encoder import AttributeEncoder
from components.train_gnn.inputs.order_sequence import OrderSequenceEncoder

_NO_WEIGHT = 1e-30
"""Divides where no order counts, and the sum is zero as well."""


@dataclasses.dataclass(frozen=True)
class NodeInputs:
    """What the nodes of a batch (or of a whole graph) are made of, each distinct thing once.

    Attributes:
        order_rows: Order histories of users: rows of the article table, 0-padded on the right [users, 25].
        pooled_rows: More of the same orders, for their mean [users, pooled].
        content_rows: Articles of contents, 0-padded [contents, 25].
        user: Indices of users; of any that has the history, where users have no attributes [users].
        content: Indices of contents [contents].
        brand: Indices of brands [brands].
    """

    order_rows: Tensor
    pooled_rows: Tensor
    content_rows: Tensor
    user: Tensor
    content: Tensor
    brand: Tensor

    def to(self, device: torch.device) -> NodeInputs:
        """The same inputs on a device."""
        return NodeInputs(*(getattr(self, field.name).to(device) for field in dataclasses.fields(self)))


class InputEncoder(nn.Module):
    """Projects article vectors and pools them: mean and LSTM for users, mean or attention for contents.

    Brands are the mean of their articles. What a node's declared attributes say is added.

    The projection starts as the principal axes of the article vectors, so that it keeps as much of their dot products
    as the size allows; vectors are centred on the mean article, which every user shares.

    Args:
        article_embedding: float [articles + 1, 128]; row 0 is zeros.
        article_brand: Brand index of each row, -1 where there is none [articles + 1].
        brands: Number of brands.
        size: Length of the input vectors.
        lstm_hidden_size: Units of the LSTM.
        residual_sequence: True: a user is the mean of its orders plus a correction that starts at zero
            (the shape of `contrast`); False: the LSTM's state alone (the textbook).
        order_weight: What an order of each article counts in the mean over a user's orders [articles + 1].
        attention: Whether contents attend over their articles instead of taking the mean.
        attributes: Encoders of declared attributes by kind of node; kinds without attributes have none.
    """

    article_embedding: Tensor
    article_brand: Tensor
    centre: Tensor
    order_weight: Tensor

    def __init__(
        self,
        article_embedding: Tensor,
        article_brand: Tensor,
        brands: int,
        size: int,
        lstm_hidden_size: int,
        residual_sequence: bool,
        order_weight: Tensor,
        attention: bool = False,
        attributes: Mapping[str, AttributeEncoder] | None = None,
    ) -> None:
        super().__init__()
        self.brands = brands
        self.residual_sequence = residual_sequence
        # Tables belong to the graph, not to the weights: a later graph brings later articles.
        self.register_buffer("article_embedding", article_embedding.float(), persistent=False)
        self.register_buffer("article_brand", article_brand.long(), persistent=False)
        self.register_buffer("order_weight", order_weight.float(), persistent=False)
        described = article_embedding.float()
        described = described[described.abs().sum(dim=1) > 0]
        centre = described.mean(dim=0) if len(described) else article_embedding.new_zeros(article_embedding.shape[1])
        self.register_buffer("centre", centre)
        self.projection = nn.Parameter(_principal_axes(described - centre, size))  # [128, size]
        self.sequence = OrderSequenceEncoder(size, lstm_hidden_size, start_at_zero=residual_sequence)
        self.attention = ArticleAttention(size) if attention else None
        self.attributes = nn.ModuleDict(dict(attributes or {}))

    def article_vectors(self) -> Tensor:
        """Centred, projected article vectors [articles + 1, size]; articles without a vector are zeros."""
        described = (self.article_embedding.abs().sum(dim=1, keepdim=True) > 0).float()  # [articles + 1, 1]
        return ((self.article_embedding - self.centre) * described) @ self.projection

    def forward(self, inputs: NodeInputs, articles: Tensor | None = None) -> dict[str, Tensor]:
        """Input vectors by kind of node, each [nodes, size].

        Args:
            inputs: What the nodes are made of.
            articles: article_vectors(), where the caller needs them for many batches under the same weights.
        """
        articles = self.article_vectors() if articles is None else articles
        length = (inputs.order_rows > 0).sum(dim=1)  # [histories]
        ordered = nn.functional.embedding(inputs.order_rows, articles)  # [histories, 25, size]
        users = self.sequence(ordered, length)
        if self.residual_sequence:
            users = users + self._mean_order(inputs.pooled_rows, articles)
        if self.attention is None:
            contents = nn.functional.embedding_bag(inputs.content_rows, articles, mode="mean", padding_idx=0)
        else:
            contents = self.attention(articles, inputs.content_rows)
        result = {"user": users, "content": contents, "brand": self._brands(articles)[inputs.brand]}
        for kind, encoder in self.attributes.items():
            result[kind] = result[kind] + encoder(getattr(inputs, kind))
        return result

    def _mean_order(self, rows: Tensor, articles: Tensor) -> Tensor:
        """Weighted mean of the vectors of ordered articles [histories, size]."""
        weight = self.order_weight[rows] * (rows > 0)  # [histories, pooled]
        # Sums of many orders stay in float32, whatever the precision of the products.
        total = nn.functional.embedding_bag(rows, articles.float(), mode="sum", per_sample_weights=weight)
        return total / weight.sum(dim=1, keepdim=True).clamp(min=_NO_WEIGHT)

    def _brands(self, articles: Tensor) -> Tensor:
        """Mean of each brand's articles [brands, size]."""
        branded = torch.nonzero(self.article_brand >= 0).squeeze(1)
        brand = self.article_brand[branded]
        total = articles.new_zeros(self.brands, articles.shape[1]).index_add(0, brand, articles[branded])
        count = torch.bincount(brand, minlength=self.brands).clamp(min=1).unsqueeze(1)
        return total / count


def _principal_axes(vectors: Tensor, size: int) -> Tensor:
    """The first `size` principal axes as columns [128, size], zero columns where there are fewer."""
    axes = vectors.new_zeros(vectors.shape[1], size)
    if len(vectors) > 1:
        _, basis = torch.linalg.eigh(vectors.double().T @ vectors.double())  # ascending eigenvalues
        leading = basis.flip(dims=[1])[:, :size]
        # The sign of an eigenvector is arbitrary; fixing it keeps the space the same on every machine.
        largest = leading.gather(0, leading.abs().argmax(dim=0, keepdim=True))
        axes[:, : leading.shape[1]] = (leading * largest.sign()).float()
    return axes
