"""A user's vector is the same alone, in any batch and with any padding (PyG's LSTMAggregation gets this wrong)."""

from __future__ import annotations

import torch

from components.train_gnn.inputs.order_sequence import OrderSequenceEncoder


def test_vector_depends_on_the_orders_alone() -> None:
    torch.manual_seed(0)
    encoder = OrderSequenceEncoder(size=8, hidden_size=6, start_at_zero=False)
    length = torch.tensor([3, 0, 25, 1, 7])
    vectors = torch.randn(5, 25, 8)
    for user, count in enumerate(length.tolist()):
        vectors[user, count:] = 0
    together = encoder(vectors, length)
    garbage = vectors.clone()
    for user, count in enumerate(length.tolist()):
        garbage[user, count:] = 1e3  # what stands in the padding must not matter
        alone = encoder(vectors[user : user + 1, : max(count, 1)], length[user : user + 1])
        assert torch.allclose(alone[0], together[user], atol=1e-6)
    assert torch.allclose(encoder(garbage, length), together, atol=1e-6)
    assert (together[1] == 0).all()
    assert (together[0] != together[4]).any()


def test_order_matters() -> None:
    torch.manual_seed(0)
    encoder = OrderSequenceEncoder(size=8, hidden_size=6, start_at_zero=False)
    vectors = torch.randn(1, 5, 8)
    length = torch.tensor([5])
    assert not torch.allclose(encoder(vectors, length), encoder(vectors.flip(1), length), atol=1e-4)
