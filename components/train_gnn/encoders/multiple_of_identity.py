"""A linear map that starts as a multiple of the identity."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class MultipleOfIdentity(nn.Module):
    """A learned multiple of the identity, and a learned correction that starts at zero.

    How much a relation counts is one number, which few clicks suffice to learn; the correction has one for every pair
    of dimensions, and is what weight decay holds back.

    Args:
        size: Length of the vectors.
        multiple: At the start.
    """

    def __init__(self, size: int, multiple: float) -> None:
        super().__init__()
        self.multiple = nn.Parameter(torch.tensor(multiple))
        self.correction = nn.Parameter(torch.zeros(size, size))

    @property
    def matrix(self) -> Tensor:
        """The whole map [size, size]."""
        return self.multiple * torch.eye(len(self.correction), device=self.correction.device) + self.correction

    def forward(self, vectors: Tensor) -> Tensor:
        """Maps vectors [nodes, size]."""
        return nn.functional.linear(vectors, self.matrix)
