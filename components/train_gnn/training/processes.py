"""The processes that train together: one, or several that torchrun started."""

from __future__ import annotations

import contextlib
import dataclasses
import os
from collections.abc import Iterator
from typing import Any, TypeVar

import torch
import torch.distributed

Value = TypeVar("Value")


@dataclasses.dataclass(frozen=True)
class Processes:
    """This process among those that train together. Every method is called by all of them at the same place.

    Attributes:
        rank: Number of this process.
        count: Number of processes.
        local_rank: Number of this process on its machine.
        local_count: Number of processes on this machine.
    """

    rank: int = 0
    count: int = 1
    local_rank: int = 0
    local_count: int = 1

    @property
    def first(self) -> bool:
        """Whether this is the one that writes and speaks."""
        return self.rank == 0

    def gathered(self, value: Value) -> list[Value]:
        """The values of all processes, by rank."""
        if self.count == 1:
            return [value]
        values: list[Any] = [None] * self.count
        torch.distributed.all_gather_object(values, value)
        return values

    def of_first(self, value: Value) -> Value:
        """The first process's value."""
        if self.count == 1:
            return value
        values = [value]
        torch.distributed.broadcast_object_list(values, src=0)
        return values[0]

    def total(self, values: tuple[float, ...]) -> tuple[float, ...]:
        """The sums of the processes' numbers, taken in float64."""
        if self.count == 1:
            return values
        # On the CPU, where gloo adds them: numbers for curves need not wait for a GPU's stream.
        tensor = torch.tensor(values, dtype=torch.float64)
        torch.distributed.all_reduce(tensor)
        return tuple(tensor.tolist())


@contextlib.contextmanager
def joined_processes() -> Iterator[Processes]:
    """Joins the processes that torchrun (or a PyTorchJob) started; alone, nothing is joined.

    Gradients on GPUs travel by nccl, all else by gloo. All but the first process keep silent on standard output.

    Yields:
        This process.
    """
    count = int(os.environ.get("WORLD_SIZE", "1"))
    if count == 1:
        yield Processes()
        return
    rank = int(os.environ["RANK"])
    processes = Processes(
        rank=rank,
        count=count,
        local_rank=int(os.environ.get("LOCAL_RANK", "0")),
        local_count=int(os.environ.get("LOCAL_WORLD_SIZE", "1")),
    )
    torch.distributed.init_process_group("cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo")
    try:
        with contextlib.nullcontext() if processes.first else contextlib.redirect_stdout(None):
            yield processes
    finally:
        torch.distributed.destroy_process_group()
