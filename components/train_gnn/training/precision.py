"""Mixed precision: matrix products in bfloat16, sparse products and sums in float32."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode


@contextlib.contextmanager
def computing_in(precision: str, device: torch.device) -> Iterator[None]:
    """Computes the block in a precision; weights, gradients and the optimizer stay float32.

    Args:
        precision: `float32` or `bfloat16`.
        device: Where the block computes.
    """
    if precision == "float32":
        yield
        return
    with torch.autocast(device.type, dtype=torch.bfloat16), _SparseProductsInFloat32(device.type):
        yield


class _SparseProductsInFloat32(TorchFunctionMode):
    """Keeps what works on a sparse tensor in float32, whichever encoder calls it.

    Products of sparse CSR tensors in bfloat16 are missing on some devices, and a popular content's sum over a
    thousand neighbours needs more than 8 bits.
    """

    def __init__(self, device_type: str) -> None:
        super().__init__()
        self.device_type = device_type

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Runs one torch function; see torch.overrides."""
        if not any(isinstance(argument, Tensor) and argument.layout != torch.strided for argument in args):
            return func(*args, **(kwargs or {}))
        wide = [
            argument.float() if isinstance(argument, Tensor) and argument.dtype == torch.bfloat16 else argument
            for argument in args
        ]
        with torch.autocast(self.device_type, enabled=False):
            return func(*wide, **(kwargs or {}))
