"""Scores and loss of links that are not trained on."""

from __future__ import annotations

import dataclasses
from typing import TypeAlias

import numpy
import numpy.typing
import torch

from components.train_gnn.training.batches import batch_parts, sampled_parts
from components.train_gnn.training.objective import Objective
from components.train_gnn.training.processes import Processes
from components.train_gnn.training_links import ArrangedLinks

ScoreArray: TypeAlias = numpy.typing.NDArray[numpy.float64]


@dataclasses.dataclass(frozen=True)
class Scores:
    """Links as a network scores them.

    Attributes:
        logit: Log odds of a click [links].
        dot_product: The bare dot products [links].
        loss: Mean over what the loss counts.
    """

    logit: ScoreArray
    dot_product: ScoreArray
    loss: float


@torch.no_grad()
def score_links(objective: Objective, arranged: ArrangedLinks, batch_links: int, processes: Processes) -> Scores:
    """Scores links from sampled neighbourhoods; each process scores its part, and all get the whole.

    Args:
        objective: The network and its loss.
        arranged: The links.
        batch_links: Links in a global batch.
        processes: Who share the work.
    """
    objective.eval()
    links = arranged.links
    parts = batch_parts(arranged, batch_links, processes)
    # One row for the log odds and one for the dot products; NaN where another process scores.
    scored = numpy.full((2, len(links)), numpy.nan)
    loss = 0.0
    sampled = sampled_parts(links, parts, objective.tables, objective.sampler, processes)
    for part, batch in zip(parts, sampled, strict=True):
        mean, logit, dot_product = objective(batch, arranged)
        scored[:, part.start : part.stop] = torch.stack([logit, dot_product]).cpu().numpy()
        loss += float(mean) * part.share * part.units
    for other in processes.gathered(scored):
        scored = numpy.where(numpy.isnan(scored), other, scored)
    (total,) = processes.total((loss,))
    logits, dot_products = scored
    return Scores(logits, dot_products, total / max(float(arranged.units.sum()), 1.0))
