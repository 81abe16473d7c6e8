"""The loop over epochs and batches, which goes on where a checkpoint left it."""

from __future__ import annotations

import sys
import time
from typing import Any

import torch
from torch import nn
from torch.nn.parallel import DistributedDataParallel
from tqdm import tqdm

from components.evaluate_ranker.metrics import roc_auc
from components.train_gnn.settings import NetworkSettings
from components.train_gnn.training.batches import batch_parts, sampled_parts
from components.train_gnn.training.checkpoint_folder import CheckpointFolder
from components.train_gnn.training.decay_to_start import DecayToStart
from components.train_gnn.training.evaluation import score_links
from components.train_gnn.training.objective import Objective
from components.train_gnn.training.processes import Processes
from components.train_gnn.training.progress import Progress
from components.train_gnn.training.random_states import random_state, set_random_state
from components.train_gnn.training.random_streams import EPOCH, generator_of
from components.train_gnn.training_links import ArrangedLinks, TrainingLinks


class TrainingLoop:
    """Trains a network until its epochs are over or its validation loss falls no more.

    Args:
        objective: The network and its loss, on the device where to train.
        links: Draws the links of each epoch.
        validation: The links that tell when to stop.
        settings: The network's settings.
        checkpoints: Where a checkpoint goes after every epoch and every `checkpoint_minutes`; None for none.
        processes: Who train together; each computes its part of every batch.
    """

    def __init__(
        self,
        objective: Objective,
        links: TrainingLinks,
        validation: ArrangedLinks,
        settings: NetworkSettings,
        checkpoints: CheckpointFolder | None,
        processes: Processes,
    ) -> None:
        self.objective, self.links, self.validation, self.settings = objective, links, validation, settings
        self.checkpoints, self.processes = checkpoints, processes
        self.network = objective.network
        self.parameters = list(self.network.parameters())
        arrays = [parameter for parameter in self.parameters if parameter.ndim > 0]
        scalars = [parameter for parameter in self.parameters if parameter.ndim == 0]
        scalar_rate = settings.learning_rate * settings.scalar_rate
        self.optimizer = torch.optim.Adam(
            [{"params": arrays, "lr": settings.learning_rate}, {"params": scalars, "lr": scalar_rate}]
        )
        self.decay = DecayToStart(self.parameters, settings.learning_rate * settings.weight_decay)
        self.progress = Progress()
        self.last_checkpoint = time.monotonic()

    def run(self, saved: dict[str, Any] | None) -> Progress:
        """Trains to the end and leaves the kept weights in the network.

        Args:
            saved: The values of a checkpoint, None to start.

        Returns:
            The curves.
        """
        settings = self.settings
        if saved is None:
            self._validate()
        else:
            self._restore(saved)
        model: nn.Module = self.objective
        if self.processes.count > 1:
            # Not every weight speaks in every batch (brands of the last layer never do); buffers never change.
            model = DistributedDataParallel(self.objective, forward_sync_buffers=False, find_unused_parameters=True)
        while self.progress.epoch < settings.epochs and not self.progress.stopped(settings.training.patience):
            self._train_epoch(model)
            self.progress.end_epoch()
            self._validate()
            self._save()
        if settings.training.patience and self.progress.best_weights is not None:
            self.network.load_state_dict(self.progress.best_weights)
        return self.progress

    def _train_epoch(self, model: nn.Module) -> None:
        settings, progress, processes = self.settings, self.progress, self.processes
        chosen = self.links.epoch(generator_of(settings.seed, EPOCH, progress.epoch))
        parts = batch_parts(chosen, settings.batch_links, processes)
        left = parts[progress.batch :]
        sampler = self.objective.sampler.at_epoch(progress.epoch + 1)
        batches = sampled_parts(chosen.links, left, self.objective.tables, sampler, processes)
        model.train()
        with tqdm(
            desc=f"network epoch {progress.epoch + 1}/{settings.epochs}",
            total=len(parts),
            initial=progress.batch,
            file=sys.stderr,
            mininterval=5,
            disable=not processes.first,
        ) as bar:
            for part, batch in zip(left, batches, strict=True):
                loss, _, _ = model(batch, chosen)
                self.optimizer.zero_grad()
                # The processes' gradients are averaged; their parts need not be of one size.
                (loss * (part.share * processes.count)).backward()
                gradients = [parameter.grad for parameter in self.parameters if parameter.grad is not None]
                norm = float(nn.utils.get_total_norm(gradients))
                self.optimizer.step()
                self.decay.step()
                mean, due = processes.total((float(loss.detach()) * part.share, self._checkpoint_is_due()))
                progress.add_batch(mean, part.units, norm)
                bar.set_postfix(loss=f"{progress.mean_loss:.4f}", refresh=False)
                bar.update()
                if due:
                    self._save()

    def _validate(self) -> None:
        scores = score_links(self.objective, self.validation, self.settings.batch_links, self.processes)
        clicked = self.validation.links.label > 0
        self.progress.validated(scores.loss, roc_auc(scores.logit, clicked), self.network)

    def _checkpoint_is_due(self) -> bool:
        """The first process's clock counts."""
        if self.checkpoints is None or not self.processes.first:
            return False
        return time.monotonic() - self.last_checkpoint >= 60 * self.settings.training.checkpoint_minutes

    def _save(self) -> None:
        if self.checkpoints is None:
            return
        random_states = self.processes.gathered(random_state(self.network.bias.device))
        self.last_checkpoint = time.monotonic()
        if self.processes.first:
            self.checkpoints.write(
                {
                    "network": self.network.state_dict(),
                    "optimizer": self.optimizer.state_dict(),
                    "progress": self.progress.to_values(),
                    "random_states": random_states,
                }
            )

    def _restore(self, saved: dict[str, Any]) -> None:
        self.network.load_state_dict(saved["network"])
        self.optimizer.load_state_dict(saved["optimizer"])
        self.progress = Progress.from_values(saved["progress"])
        set_random_state(saved["random_states"][self.processes.rank], self.network.bias.device)
