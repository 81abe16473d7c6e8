"""How many threads torch computes with."""

from __future__ import annotations

import torch


def use_threads(threads: int) -> None:
    """Sets torch's threads for this process; 0 leaves torch's own choice, all cores."""
    if threads:
        torch.set_num_threads(threads)
