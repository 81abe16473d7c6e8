"""Training: links of supervised pairs, sampled neighbourhoods older than each link, binary cross-entropy."""

from __future__ import annotations

import dataclasses
import sys
from typing import TypeAlias

import numpy
import numpy.typing
import torch
from tqdm import tqdm

from components.evaluate_ranker.metrics import roc_auc
from components.train_gnn.graph_tables import GraphTables
from components.train_gnn.link_batches import embed_link_ends, link_loader
from components.train_gnn.network import GraphNetwork
from components.train_gnn.sampler import TimeRespectingSampler
from components.train_gnn.settings import NetworkSettings
from components.train_gnn.supervision import (
    CLICKS,
    VIEWS,
    Links,
    Supervision,
    impressed_links,
    split_supervision,
    thin_negatives,
)
from schemas.errors import ContractError
from schemas.instants import Instant, format_instant

ScoreArray: TypeAlias = numpy.typing.NDArray[numpy.float64]


@dataclasses.dataclass(frozen=True)
class TrainedNetwork:
    """The result of training.

    Attributes:
        network: The trained network.
        supervision: The split it was trained with.
        held_out_score: Log odds of the held-out links, by the trained network [held-out links].
        training_loss: Mean loss of each epoch.
        held_out_auc: ROC-AUC on the held-out pairs before training and after each epoch.
    """

    network: GraphNetwork
    supervision: Supervision
    held_out_score: ScoreArray
    training_loss: list[float]
    held_out_auc: list[float]


def train_network(tables: GraphTables, network_end: Instant, settings: NetworkSettings) -> TrainedNetwork:
    """Trains the network on links before `network_end`.

    Args:
        tables: The train graph.
        network_end: Links and messages are strictly older (rule 5: ranking rows start there).
        settings: The network's settings.

    Raises:
        ContractError: There is no clicked or no unclicked link to train on.
    """
    torch.manual_seed(settings.seed)
    generator = numpy.random.default_rng(settings.seed)
    links = impressed_links(tables.edges[VIEWS], tables.edges[CLICKS])
    links = links.select(links.time < network_end)
    supervision = split_supervision(
        links, tables.contents, settings.disjoint_train_ratio, settings.held_out_share, generator
    )
    for name, part in (("training", supervision.training), ("held-out", supervision.held_out)):
        clicks = int(part.label.sum())
        if clicks == 0 or clicks == len(part):
            raise ContractError(
                f"{len(part)} {name} links before {format_instant(network_end)} hold {clicks} clicks; the network "
                "needs both clicked and unclicked ones: give it more days (network_days) or more logs"
            )
    network = GraphNetwork(settings, tables)
    sampler = TimeRespectingSampler(
        tables.edges, supervision, network_end, settings.fan_out, settings.seed, settings.sampler
    )
    start = thin_negatives(supervision.training, settings.negatives_per_click, generator)
    sample = start.select(numpy.arange(min(len(start), 4 * settings.batch_links)))
    _, dots = score_links(network, sample, tables, sampler, settings)
    network.start_logit_at(torch.from_numpy(dots), float(start.label.mean()))

    optimizer = torch.optim.AdamW(network.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay)
    training_loss: list[float] = []
    held_out_score, _ = score_links(network, supervision.held_out, tables, sampler, settings)
    held_out_auc = [roc_auc(held_out_score, supervision.held_out.label > 0)]
    for epoch in range(settings.epochs):
        chosen = thin_negatives(supervision.training, settings.negatives_per_click, generator)
        loader = link_loader(chosen, tables, sampler.at_epoch(epoch + 1), settings.batch_links)
        network.train()
        losses = []
        for batch in tqdm(loader, desc=f"network epoch {epoch + 1}/{settings.epochs}", file=sys.stderr, mininterval=5):
            user, content = embed_link_ends(network, batch, tables, sampler)
            loss = torch.nn.functional.binary_cross_entropy_with_logits(
                network.logit(user, content), batch[VIEWS].edge_label
            )
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it without annotations
            optimizer.step()
            losses.append(float(loss.detach()))
        training_loss.append(float(numpy.mean(losses)))
        held_out_score, _ = score_links(network, supervision.held_out, tables, sampler, settings)
        held_out_auc.append(roc_auc(held_out_score, supervision.held_out.label > 0))
    return TrainedNetwork(network, supervision, held_out_score, training_loss, held_out_auc)


@torch.no_grad()
def score_links(
    network: GraphNetwork,
    links: Links,
    tables: GraphTables,
    sampler: TimeRespectingSampler,
    settings: NetworkSettings,
) -> tuple[ScoreArray, ScoreArray]:
    """Scores links from sampled neighbourhoods.

    Returns:
        logit: Log odds of a click [links].
        dot_product: The bare dot products [links].
    """
    network.eval()
    logits, dots = [], []
    for batch in link_loader(links, tables, sampler, settings.batch_links):
        user, content = embed_link_ends(network, batch, tables, sampler)
        logits.append(network.logit(user, content).numpy())
        dots.append((user * content).sum(dim=1).numpy())
    return numpy.concatenate(logits).astype(numpy.float64), numpy.concatenate(dots).astype(numpy.float64)
