"""Weight decay towards where training starts: the untrained shape, or yesterday's network."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import nn


class DecayToStart:
    r"""Decoupled weight decay whose origin is the start, not zero.

    .. math::
        w \leftarrow w - \eta \lambda (w - w_{start})

    after each step of the optimizer: decoupled as in AdamW (Loshchilov and Hutter 2019, algorithm 2), towards the start
    as in L2-SP (Li, Grandvalet and Davoine 2018, equation 1). The untrained network is collaborative filtering, and
    yesterday's knows more than a day can teach: a few thousand clicks say little of a matrix.

    Only matrices are held; scales, shrinkages and biases are single numbers that a few clicks tell.

    Args:
        parameters: The weights, as they are at the start of the training, before a checkpoint is read.
        rate: Share of the way back in one step, learning rate times weight decay.
    """

    def __init__(self, parameters: Iterable[nn.Parameter], rate: float) -> None:
        self.rate = min(rate, 1.0)
        held = [parameter for parameter in parameters if parameter.ndim > 1] if rate > 0 else []
        self.held = [(parameter, parameter.detach().clone()) for parameter in held]

    @torch.no_grad()
    def step(self) -> None:
        """Goes a step back."""
        for parameter, start in self.held:
            parameter.lerp_(start, self.rate)
