"""Weight decay pulls matrices to where training started, and nothing else anywhere."""

from __future__ import annotations

import numpy
import pytest
import torch
from torch import nn

from components.train_gnn.network import GraphNetwork
from components.train_gnn.train import train_network
from components.train_gnn.training.decay_to_start import DecayToStart
from tests.components.train_gnn.training.tiny_training import NETWORK_END, tiny_settings, tiny_tables


def test_each_step_goes_the_same_share_of_the_way_back() -> None:
    start = torch.randn(3, 4)
    matrix, scalar, vector = nn.Parameter(start.clone()), nn.Parameter(torch.zeros(())), nn.Parameter(torch.zeros(4))
    decay = DecayToStart([matrix, scalar, vector], 0.25)
    with torch.no_grad():
        for parameter in (matrix, scalar, vector):
            parameter.add_(1)
    for step in range(1, 4):
        decay.step()
        assert numpy.allclose((matrix - start).detach().numpy(), 0.75**step)
    assert float(scalar.detach()) == 1
    assert bool((vector == 1).all())


def matrices(network: GraphNetwork) -> dict[str, torch.Tensor]:
    return {name: parameter.detach() for name, parameter in network.named_parameters() if parameter.ndim > 1}


@pytest.mark.parametrize(("weight_decay", "least", "most"), [(0.0, 0.02, 1.0), (1e6, 0.0, 1e-6)])
def test_a_training_with_endless_decay_leaves_every_matrix(weight_decay: float, least: float, most: float) -> None:
    """Without decay matrices move; the comparison would notice a decay towards zero, which projections are not."""
    tables = tiny_tables()
    settings = tiny_settings(weight_decay=weight_decay)
    torch.manual_seed(settings.seed)
    untrained = matrices(GraphNetwork(settings, tables))
    trained = train_network(tables, NETWORK_END, settings).network
    moved = max(float((weight - untrained[name]).abs().max()) for name, weight in matrices(trained).items())
    assert least <= moved <= most
    assert float(trained.bias.detach()) != 0
