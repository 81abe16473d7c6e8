"""Training: links of supervised pairs, sampled neighbourhoods older than each link, early stopping on later links."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy
import torch

from components.evaluate_ranker.metrics import roc_auc
from components.train_gnn.alignment.earlier_network import EarlierNetwork
from components.train_gnn.alignment.unseen_pairs import unseen_held_out
from components.train_gnn.graph_tables import GraphTables
from components.train_gnn.network import GraphNetwork
from components.train_gnn.sampler import TimeRespectingSampler
from components.train_gnn.settings import NetworkSettings
from components.train_gnn.supervision import (
    CLICKS,
    VIEWS,
    Supervision,
    impressed_links,
    split_supervision,
    thin_negatives,
)
from components.train_gnn.training.checkpoint_folder import CheckpointFolder
from components.train_gnn.training.device import chosen_device
from components.train_gnn.training.evaluation import ScoreArray, score_links
from components.train_gnn.training.loop import TrainingLoop
from components.train_gnn.training.objective import Objective
from components.train_gnn.training.over_smoothing import pairwise_cosines
from components.train_gnn.training.processes import Processes
from components.train_gnn.training.progress import Curves
from components.train_gnn.training.random_streams import START, generator_of
from components.train_gnn.training.resuming import saved_values, training_identity
from components.train_gnn.training.validation import TrainingSplit, split_training
from components.train_gnn.training_links import TrainingLinks, arranged
from schemas.errors import ContractError
from schemas.instants import Instant

_START_BATCHES = 16
"""Batches of links that set the scale of the first logits."""


@dataclasses.dataclass(frozen=True)
class TrainedNetwork:
    """The result of training.

    Attributes:
        network: The trained network, on the CPU.
        supervision: The split into supervised pairs; none of them carries a message.
        split: Which of their links were trained on, and which told when to stop.
        held_out_score: Log odds of the held-out links, by the trained network [held-out links].
        held_out_auc: Their ROC-AUC.
        curves: What each epoch measured.
        kept_epoch: Whose weights the network holds.
        pairwise_cosines: By kind of node, of input vectors and after each layer.
        unclicked_share: Share of the unclicked training links that an epoch keeps.
    """

    network: GraphNetwork
    supervision: Supervision
    split: TrainingSplit
    held_out_score: ScoreArray
    held_out_auc: float
    curves: Curves
    kept_epoch: int
    pairwise_cosines: dict[str, list[float]]
    unclicked_share: float


def train_network(
    tables: GraphTables,
    network_end: Instant,
    settings: NetworkSettings,
    checkpoints: Path | None = None,
    processes: Processes | None = None,
    earlier: EarlierNetwork | None = None,
) -> TrainedNetwork:
    """Trains the network on links before `network_end`.

    Args:
        tables: The train graph.
        network_end: Links and messages are strictly older (rule 5: ranking rows start there).
        settings: The network's settings.
        checkpoints: Folder of checkpoints; a training that was killed goes on from the last one. None: none are kept.
        processes: Who train together; this process alone by default.
        earlier: A network of the same shape whose weights training starts from. Held-out pairs that it may have seen
            are then left out.

    Raises:
        ContractError: There is no clicked or no unclicked link to train on, there is no such device, the checkpoint is
            another training's, several processes are to train with in-batch negatives, or the earlier network may have
            seen every held-out pair.
    """
    processes = processes or Processes()
    if processes.count > 1 and settings.loss.in_batch_negatives:
        raise ContractError(
            f"in_batch_negatives compares the links of a whole batch, of which {processes.count} processes have parts; "
            "train in one process, or set loss.in_batch_negatives to false"
        )
    device = chosen_device(settings.training, processes)
    torch.manual_seed(settings.seed)
    links = impressed_links(tables.edges[VIEWS], tables.edges[CLICKS])
    shown = links.select(links.time < network_end)
    supervision = split_supervision(
        shown,
        tables.contents,
        settings.disjoint_train_ratio,
        settings.held_out_share,
        numpy.random.default_rng(settings.seed),
    )
    if earlier is not None:
        supervision = unseen_held_out(supervision, shown, earlier.known_before)
    split = split_training(supervision, network_end, settings)
    folder = None
    if checkpoints is not None:
        folder = CheckpointFolder(checkpoints, training_identity(tables, network_end, settings, processes, earlier))
    saved = saved_values(folder, processes)
    sampler = TimeRespectingSampler(
        tables.edges,
        supervision,
        network_end,
        settings.fan_out,
        settings.seed,
        settings.sampler,
        cold_start=settings.cold_start,
    )
    network = GraphNetwork(settings, tables)
    if earlier is not None:
        network.load_state_dict(earlier.network.state_dict())
    network = network.to(device)
    objective = Objective(network, tables, sampler, settings)
    if saved is None and earlier is None:
        _set_first_logits(objective, split, settings, processes)
    # Layers that draw random numbers draw others in each process, as they would for the links of one batch.
    torch.manual_seed(settings.seed + processes.rank)
    training_links = TrainingLinks(shown, split.training, tables, settings)
    rate = settings.learning_rate * (settings.alignment.learning_rate_share if earlier else 1)
    loop = TrainingLoop(
        objective,
        training_links,
        arranged(split.validation, settings),
        settings.model_copy(update={"learning_rate": rate}),
        folder,
        processes,
    )
    progress = loop.run(saved)
    held_out = score_links(objective, arranged(split.held_out, settings), settings.batch_links, processes)
    cosines = pairwise_cosines(objective, split.validation)
    return TrainedNetwork(
        network=network.cpu(),
        supervision=supervision,
        split=split,
        held_out_score=held_out.logit,
        held_out_auc=roc_auc(held_out.logit, split.held_out.label > 0),
        curves=progress.curves,
        kept_epoch=progress.best_epoch if settings.training.patience else progress.epoch,
        pairwise_cosines=cosines,
        unclicked_share=training_links.unclicked_share,
    )


def _set_first_logits(
    objective: Objective, split: TrainingSplit, settings: NetworkSettings, processes: Processes
) -> None:
    """Scales the untrained network's log odds to the links that it will train on."""
    generator = generator_of(settings.seed, START)
    start = thin_negatives(split.training, settings.negatives_per_click, generator)
    sample = start.select(numpy.arange(min(len(start), _START_BATCHES * settings.batch_links)))
    network = objective.network
    if network.popularity is not None:
        network.popularity.start_at(float(split.training.label.mean()))
    scores = score_links(objective, arranged(sample, settings), settings.batch_links, processes)
    dot_product, logit = torch.from_numpy(scores.dot_product), torch.from_numpy(scores.logit)
    offset = logit - dot_product * network.log_scale.detach().cpu().exp() - network.bias.detach().cpu()
    network.start_logit_at(dot_product, offset, torch.from_numpy(sample.label).double())
