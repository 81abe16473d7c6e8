"""The loss of a batch, as one module: what torch's DistributedDataParallel wraps must hold every use of a weight."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from components.train_gnn.graph_tables import GraphTables
from components.train_gnn.link_batches import LinkEnds, embed_link_ends
from components.train_gnn.losses.link_loss import link_loss
from components.train_gnn.network import GraphNetwork
from components.train_gnn.sampler import TimeRespectingSampler
from components.train_gnn.settings import NetworkSettings
from components.train_gnn.training.precision import computing_in
from components.train_gnn.training_links import ArrangedLinks


class Objective(nn.Module):
    """Scores a batch's links and tells how wrong the scores are.

    Training computes in the precision of the settings; what is measured is computed in float32, as embed_nodes does.

    Args:
        network: The network.
        tables: The graph.
        sampler: That draws the batches.
        settings: The network's settings.
    """

    def __init__(
        self, network: GraphNetwork, tables: GraphTables, sampler: TimeRespectingSampler, settings: NetworkSettings
    ) -> None:
        super().__init__()
        self.network = network
        self.tables = tables
        self.sampler = sampler
        self.settings = settings

    def forward(self, batch: Any, arranged: ArrangedLinks) -> tuple[Tensor, Tensor, Tensor]:
        """Scores the links of a batch.

        Args:
            batch: From link_loader.
            arranged: The links of all batches.

        Returns:
            loss: Mean over what the loss counts, a scalar.
            logit: Log odds of a click, without gradient [links].
            dot_product: The bare dot products, without gradient [links].
        """
        device = self.network.bias.device
        with computing_in(self.settings.training.precision if self.training else "float32", device):
            ends = embed_link_ends(self.network, batch, self.tables, self.sampler)
        ends = LinkEnds(*(part.float() for part in ends))
        loss = link_loss(self.network, ends, batch, arranged, self.settings.loss)
        logit = self.network.logit(*ends)
        return loss, logit.detach(), (ends.user * ends.content).sum(dim=1).detach()
