"""Where the arithmetic happens."""

from __future__ import annotations

import torch

from components.train_gnn.settings import TrainingSettings
from components.train_gnn.training.processes import Processes
from schemas.errors import ContractError


def chosen_device(settings: TrainingSettings, processes: Processes) -> torch.device:
    """The device that the settings name; each process of a machine takes a GPU of its own.

    Raises:
        ContractError: The settings ask for a GPU where there is none, or there are more processes than GPUs.
    """
    available = torch.cuda.is_available()
    if settings.device == "cuda" and not available:
        raise ContractError("training.device is 'cuda', but torch finds no GPU here; set it to 'auto' or 'cpu'")
    if settings.device == "cpu" or not available:
        return torch.device("cpu")
    if processes.local_rank >= torch.cuda.device_count():
        raise ContractError(
            f"process {processes.local_rank} of this machine has no GPU: there are {torch.cuda.device_count()}; "
            "start one process a GPU (--nproc-per-node), or set training.device to 'cpu'"
        )
    device = torch.device("cuda", processes.local_rank)
    torch.cuda.set_device(device)
    return device
