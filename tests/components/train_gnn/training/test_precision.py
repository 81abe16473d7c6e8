"""Mixed precision: matrix products in bfloat16, sparse products, weights and measurements in float32."""

from __future__ import annotations

import pytest
import torch
from torch_geometric.nn import SimpleConv

from components.train_gnn.message_block import sparse_adjacency, total_weight
from components.train_gnn.settings import TrainingSettings
from components.train_gnn.train import train_network
from components.train_gnn.training.device import chosen_device
from components.train_gnn.training.precision import computing_in
from components.train_gnn.training.processes import Processes
from schemas.errors import ContractError
from tests.components.train_gnn.training.tiny_training import NETWORK_END, tiny_settings, tiny_tables

CPU = torch.device("cpu")


@pytest.mark.parametrize("reduce", ["sum", "mean"])
def test_sparse_products_stay_exact(reduce: str) -> None:
    """A thousand and one neighbours: bfloat16 cannot count beyond 256."""
    neighbours = 1001
    adjacency = sparse_adjacency(
        torch.tensor([0, neighbours]), torch.arange(neighbours), torch.ones(neighbours), neighbours
    )
    vectors = torch.randn(neighbours, 4, dtype=torch.bfloat16).requires_grad_()
    with computing_in("bfloat16", CPU):
        result = SimpleConv(aggr=reduce)((vectors, None), adjacency)
        count = total_weight(adjacency)
        product = torch.ones(2, 2) @ torch.ones(2, 2)
    exact = vectors.detach().double()
    assert result.dtype == torch.float32
    expected = (exact.sum(0) if reduce == "sum" else exact.mean(0)).float()
    assert torch.allclose(result[0], expected, rtol=1e-5, atol=1e-5)
    assert count.item() == neighbours
    assert product.dtype == torch.bfloat16
    result.sum().backward()
    assert vectors.grad is not None
    assert torch.ones(2, 2).matmul(torch.ones(2, 2)).dtype == torch.float32


@pytest.mark.parametrize("encoder", ["contrast", "sage"])
def test_training_in_bfloat16_is_close_but_not_the_same(encoder: str) -> None:
    exact, rounded = (
        train_network(tiny_tables(), NETWORK_END, tiny_settings({"precision": precision}, encoder=encoder))
        for precision in ("float32", "bfloat16")
    )
    assert exact.curves.training_loss != rounded.curves.training_loss
    assert rounded.curves.training_loss == pytest.approx(exact.curves.training_loss, abs=0.01)
    assert all(value.dtype == torch.float32 for value in rounded.network.parameters())
    # Before training nothing has been rounded: what is measured is computed in float32.
    assert exact.curves.validation_loss[0] == rounded.curves.validation_loss[0]


def test_a_missing_device_is_refused_or_done_without() -> None:
    if torch.cuda.is_available():
        pytest.skip("there is a GPU here")
    assert chosen_device(TrainingSettings(device="auto"), Processes()) == CPU
    with pytest.raises(ContractError, match="finds no GPU"):
        chosen_device(TrainingSettings(device="cuda"), Processes())
