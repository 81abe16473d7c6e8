"""Attention over articles: the mean at the start, the formula later, and padding never enters."""

from __future__ import annotations

import numpy
import torch

from components.train_gnn.inputs.article_attention import ArticleAttention

SIZE = 4
ROWS = torch.tensor([[1, 2, 0, 0], [3, 0, 0, 0], [0, 0, 0, 0], [2, 2, 4, 0]])


def articles() -> torch.Tensor:
    vectors = torch.randn(5, SIZE, generator=torch.Generator().manual_seed(1))
    vectors[0] = 0
    return vectors


def test_starts_as_the_mean() -> None:
    vectors = articles()
    pooled = ArticleAttention(SIZE)(vectors, ROWS)
    expected = torch.nn.functional.embedding_bag(ROWS, vectors, mode="mean", padding_idx=0)
    assert torch.allclose(pooled, expected, atol=1e-6)


def test_equals_the_formula() -> None:
    vectors, attention = articles(), ArticleAttention(SIZE)
    with torch.no_grad():
        attention.query.copy_(torch.arange(SIZE) - 1.0)
        pooled = attention(vectors, ROWS).numpy()
    weight, bias = (parameter.detach().numpy() for parameter in attention.hidden.parameters())
    for content, rows in enumerate(ROWS.tolist()):
        chosen = vectors[[row for row in rows if row]].numpy()
        score = numpy.exp(numpy.tanh(chosen @ weight.T + bias) @ (numpy.arange(SIZE) - 1.0))
        expected = (score / score.sum()) @ chosen if len(chosen) else numpy.zeros(SIZE)
        assert numpy.allclose(pooled[content], expected, atol=1e-5)


def test_contents_without_articles_leave_finite_gradients() -> None:
    vectors, attention = articles().requires_grad_(), ArticleAttention(SIZE)
    attention(vectors, ROWS).square().sum().backward()
    for parameter in (vectors, *attention.parameters()):
        assert parameter.grad is not None
        assert torch.isfinite(parameter.grad).all()
