"""Progress of training on standard error."""

from __future__ import annotations

from typing import Any

import keras
from tqdm import tqdm


class ProgressBar(keras.callbacks.Callback):
    """A bar over the training steps that names the losses after each epoch.

    Args:
        steps: Steps of all epochs.
        title: What is trained.
    """

    def __init__(self, steps: int, title: str) -> None:
        super().__init__()
        self.bar = tqdm(total=steps, desc=title, unit="step")

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Moves on by one step."""
        self.bar.update()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Names the epoch's losses."""
        losses = {name: float(value) for name, value in (logs or {}).items() if name.endswith("log_loss")}
        self.bar.set_postfix({"epoch": epoch + 1, **losses})

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Closes the bar."""
        self.bar.close()
