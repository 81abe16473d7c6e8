"""Attention of a content over its articles."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class ArticleAttention(nn.Module):
    r"""Pools a content's articles by learned importance (Yang et al. 2016, "Hierarchical attention networks", eq. 5-7).

    .. math::
        c = \sum_a \alpha_a x_a, \qquad \alpha_a \propto \exp\big(q^\top \tanh(W x_a + b)\big)

    The query q starts at zero, and the pooling with it at the mean.

    Args:
        size: Length of the article vectors.

    Shapes:
        articles [articles + 1, size], rows [contents, 25] -> [contents, size]; a content without articles gives zeros.
    """

    def __init__(self, size: int) -> None:
        super().__init__()
        self.hidden = nn.Linear(size, size)
        self.query = nn.Parameter(torch.zeros(size))

    def forward(self, articles: Tensor, rows: Tensor) -> Tensor:
        """Pools the articles.

        Args:
            articles: Article vectors; row 0 is padding [articles + 1, size].
            rows: Articles of contents, 0-padded [contents, 25].
        """
        score = (torch.tanh(self.hidden(articles)) @ self.query)[rows]  # [contents, 25]
        share = score.masked_fill(rows == 0, -torch.inf).softmax(dim=1).nan_to_num()  # no article at all: 0 / 0
        pooled: Tensor = nn.functional.embedding_bag(rows, articles, mode="sum", per_sample_weights=share)
        return pooled
