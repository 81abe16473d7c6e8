"""How far a training has come, and what it has seen on the way: everything of a checkpoint that is not the network."""

from __future__ import annotations

import dataclasses
from typing import Any

from torch import Tensor, nn


@dataclasses.dataclass
class Curves:
    """What each epoch measured.

    Attributes:
        training_loss: Mean over the links of each epoch.
        gradient_norm: Mean over the batches of each epoch, of all gradients as one vector.
        validation_loss: Before training and after each epoch.
        validation_auc: ROC-AUC, likewise.
        shrinkage: Learned shrinkages by name, likewise; empty for encoders without.
    """

    training_loss: list[float] = dataclasses.field(default_factory=list)
    gradient_norm: list[float] = dataclasses.field(default_factory=list)
    validation_loss: list[float] = dataclasses.field(default_factory=list)
    validation_auc: list[float] = dataclasses.field(default_factory=list)
    shrinkage: dict[str, list[float]] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class Progress:
    """Where a training stands.

    Attributes:
        epoch: Finished epochs.
        batch: Finished batches of the next one.
        loss, units, norm: Sums over these batches: of the losses of links, of what these losses average over, and of
            gradient norms.
        curves: Of the finished epochs.
        best_epoch: The epoch with the lowest validation loss; 0 before the first.
        best_weights: The network's state after it; None before the first.
    """

    epoch: int = 0
    batch: int = 0
    loss: float = 0.0
    units: float = 0.0
    norm: float = 0.0
    curves: Curves = dataclasses.field(default_factory=Curves)
    best_epoch: int = 0
    best_weights: dict[str, Tensor] | None = None

    def add_batch(self, loss: float, units: float, norm: float) -> None:
        """Counts one more batch of the running epoch."""
        self.batch += 1
        self.loss += loss * units
        self.units += units
        self.norm += norm

    @property
    def mean_loss(self) -> float:
        """Of the running epoch so far; 0 where nothing counted yet."""
        return self.loss / self.units if self.units else 0.0

    def end_epoch(self) -> None:
        """Turns the sums of the running epoch into points of the curves."""
        self.curves.training_loss.append(self.mean_loss)
        self.curves.gradient_norm.append(self.norm / self.batch)
        self.epoch += 1
        self.batch, self.loss, self.units, self.norm = 0, 0.0, 0.0, 0.0

    def validated(self, loss: float, auc: float, network: nn.Module) -> None:
        """Takes down a validation; the weights before the first epoch are measured but never kept as the best."""
        self.curves.validation_loss.append(loss)
        self.curves.validation_auc.append(auc)
        for name, parameter in network.named_parameters():
            if "log_shrinkage" in name:
                self.curves.shrinkage.setdefault(name, []).append(float(parameter.detach().exp().mean()))
        losses = self.curves.validation_loss
        if self.epoch and (self.best_weights is None or loss < losses[self.best_epoch]):
            self.best_epoch = self.epoch
            self.best_weights = {key: value.detach().clone() for key, value in network.state_dict().items()}

    def stopped(self, patience: int) -> bool:
        """Whether `patience` epochs (0: any number) have passed without a lower validation loss."""
        return bool(patience) and self.epoch - self.best_epoch >= patience

    def to_values(self) -> dict[str, Any]:
        """Plain values and tensors."""
        values = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        return values | {"curves": dataclasses.asdict(self.curves)}

    @classmethod
    def from_values(cls, values: dict[str, Any]) -> Progress:
        """The inverse of to_values."""
        return cls(**(values | {"curves": Curves(**values["curves"])}))
