"""The loss of a batch, as one module: what torch's DistributedDataParallel wraps must hold every use of a weight."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from components.train_gnn.graph_tables import GraphTables
from components.train_gnn.link_batches import embed_link_ends
from components.train_gnn.network import GraphNetwork
from components.train_gnn.sampler import TimeRespectingSampler
from components.train_gnn.settings import TrainingSettings
from components.train_gnn.supervision import VIEWS
from components.train_gnn.training.precision import computing_in


class Objective(nn.Module):
    """Scores a batch's links and tells how wrong the scores are.

    Training computes in the precision of the settings; what is measured is computed in float32, as embed_nodes does.

    Args:
        network: The network.
        tables: The graph.
        sampler: That draws the batches.
        settings: The training's settings.
    """

    def __init__(
        self, network: GraphNetwork, tables: GraphTables, sampler: TimeRespectingSampler, settings: TrainingSettings
    ) -> None:
        super().__init__()
        self.network = network
        self.tables = tables
        self.sampler = sampler
        self.settings = settings

    def forward(self, batch: Any) -> tuple[Tensor, Tensor, Tensor]:
        """Scores the links of a batch.

        Returns:
            loss: Mean over the links, a scalar.
            logit: Log odds of a click, without gradient [links].
            dot_product: The bare dot products, without gradient [links].
        """
        device = self.network.bias.device
        with computing_in(self.settings.precision if self.training else "float32", device):
            user, content = embed_link_ends(self.network, batch, self.tables, self.sampler)
            user, content = user.float(), content.float()
        logit = self.network.logit(user, content)
        loss = link_loss(logit, batch[VIEWS].edge_label.to(device))
        return loss, logit.detach(), (user * content).sum(dim=1).detach()


def link_loss(logit: Tensor, label: Tensor) -> Tensor:
    """Mean binary cross-entropy of log odds against labels, [links] each -> scalar."""
    return torch.nn.functional.binary_cross_entropy_with_logits(logit, label)
