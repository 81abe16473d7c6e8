"""Ends a training in the middle of an epoch, where a kill would."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from components.train_gnn.losses.link_loss import link_loss
from components.train_gnn.training import objective


class PulledPlugError(Exception):
    """Nothing expects it."""


def pull_the_plug_at(monkeypatch: pytest.MonkeyPatch, batch: int) -> None:
    """Raises in the loss of one training batch, counted over all epochs from 1; measuring does not count."""
    honest, seen = link_loss, 0

    def counted(*arguments: Any) -> torch.Tensor:
        nonlocal seen
        seen += torch.is_grad_enabled()
        if seen == batch and torch.is_grad_enabled():
            raise PulledPlugError
        return honest(*arguments)

    monkeypatch.setattr(objective, "link_loss", counted)
