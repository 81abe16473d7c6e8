"""Early stopping keeps the epoch that the validation liked best."""

from __future__ import annotations

import pytest
import torch

from components.train_gnn.train import train_network
from components.train_gnn.training.progress import Progress
from tests.components.train_gnn.training.tiny_training import NETWORK_END, tiny_settings, tiny_tables


def progress_after(losses: list[float], patience: int) -> tuple[Progress, list[bool]]:
    """A training whose only weight counts its epochs."""
    progress, network, stopped = Progress(), torch.nn.Linear(1, 1), []
    for epoch, loss in enumerate(losses):
        if epoch:
            progress.add_batch(1.0, 1, 1.0)
            progress.end_epoch()
        torch.nn.init.constant_(network.weight, epoch)
        progress.validated(loss, 0.5, network)
        stopped.append(progress.stopped(patience))
    return progress, stopped


def test_it_waits_as_long_as_it_was_told() -> None:
    progress, stopped = progress_after([0.9, 0.5, 0.6, 0.4, 0.5, 0.5], patience=2)
    assert stopped == [False, False, False, False, False, True]
    assert progress.best_epoch == 3
    assert progress.best_weights is not None
    assert progress.best_weights["weight"].item() == 3


def test_the_untrained_network_is_never_the_best() -> None:
    progress, _ = progress_after([0.1, 0.5, 0.4], patience=1)
    assert progress.best_epoch == 2


def test_without_patience_nothing_stops() -> None:
    _, stopped = progress_after([0.1, 0.5, 0.6, 0.7, 0.8], patience=0)
    assert not any(stopped)


def test_a_training_that_overfits_returns_its_best_epoch() -> None:
    """A large step size on a tiny graph: the loss falls, then rises; the kept weights are those of a shorter run."""
    options = {"learning_rate": 0.05, "epochs": 8}
    stopped = train_network(tiny_tables(), NETWORK_END, tiny_settings({"patience": 2}, **options))
    losses = stopped.curves.validation_loss
    kept = stopped.kept_epoch
    assert losses[kept] == min(losses[1:])
    assert kept < len(losses) - 1 == kept + 2 < 8, f"this graph must overfit, or the test shows nothing: {losses}"
    shorter = train_network(tiny_tables(), NETWORK_END, tiny_settings({"patience": 0}, **options | {"epochs": kept}))
    assert shorter.kept_epoch == kept
    for name, value in shorter.network.state_dict().items():
        assert torch.equal(value, stopped.network.state_dict()[name]), name


@pytest.mark.parametrize("epochs", [0, 1])
def test_curves_have_a_point_before_training(epochs: int) -> None:
    settings = tiny_settings(epochs=epochs, initial_shrinkage=3.0)
    curves = train_network(tiny_tables(), NETWORK_END, settings).curves
    assert len(curves.training_loss) == len(curves.gradient_norm) == epochs
    assert len(curves.validation_loss) == len(curves.validation_auc) == epochs + 1
    assert len(curves.shrinkage) == 2 * 8
    assert all(values[0] == pytest.approx(3.0) and len(values) == epochs + 1 for values in curves.shrinkage.values())
