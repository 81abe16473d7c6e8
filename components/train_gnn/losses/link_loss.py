"""The loss of a batch of links."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from components.train_gnn.link_batches import LinkEnds
from components.train_gnn.losses.in_batch import InBatchNegatives
from components.train_gnn.losses.loss import Loss
from components.train_gnn.losses.registry import LOSSES
from components.train_gnn.network import GraphNetwork
from components.train_gnn.settings import LossSettings
from components.train_gnn.supervision import VIEWS
from components.train_gnn.training_links import ArrangedLinks


def link_loss(
    network: GraphNetwork, ends: LinkEnds, batch: Any, chosen: ArrangedLinks, settings: LossSettings
) -> Tensor:
    """The loss of a batch: over what was shown and, where the settings say so, against contents of other links.

    Args:
        network: Turns embeddings into log odds.
        ends: Of embed_link_ends.
        batch: From link_loader.
        chosen: The links in whose order the batch numbers its own.
        settings: Which loss.
    """
    loss = LOSSES[settings.name]
    label = batch[VIEWS].edge_label.to(ends.user.device)
    logit = network.logit(*ends)
    slate = torch.from_numpy(chosen.slate[batch[VIEWS].input_id.cpu().numpy()])
    total = loss.impressed(logit, label, slate.to(ends.user.device))
    if chosen.in_batch is not None:
        total = total + _against_others(network, loss, ends, batch, chosen.in_batch)
    return total


def _against_others(
    network: GraphNetwork, loss: Loss, ends: LinkEnds, batch: Any, in_batch: InBatchNegatives
) -> Tensor:
    """The loss of the clicked links against the contents of the other links."""
    links = batch[VIEWS]
    clicked = links.edge_label > 0  # [links]
    users, contents = (
        batch[kind].n_id[end].cpu().numpy()
        for kind, end in zip((VIEWS[0], VIEWS[2]), links.edge_label_index, strict=True)
    )
    time, rows = links.edge_label_time.cpu().numpy(), clicked.cpu().numpy()
    instant = time[rows]
    allowed = torch.from_numpy(in_batch.allowed(users[rows], instant, contents, time))
    own_share = torch.from_numpy(in_batch.log_share(contents[rows], instant))
    share = torch.from_numpy(in_batch.log_share(contents[None, :], instant[:, None]))  # [clicks, links]
    device = ends.user.device
    clicked = clicked.to(device)
    positive = network.logit(*(part[clicked] for part in ends)) - own_share.to(device)
    negative = network.logit_of_all(ends.user[clicked], ends.content, ends.offset) - share.to(device)
    return loss.contrasted(positive, negative, allowed.to(device))
