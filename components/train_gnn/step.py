"""The step: train graph in, network out."""

from __future__ import annotations

from pathlib import Path

import numpy

from components.train_gnn.graph_tables import read_graph_tables
from components.train_gnn.network_artifact import write_network
from components.train_gnn.settings import NetworkSettings
from components.train_gnn.supervision import VIEWS
from components.train_gnn.threads import use_threads
from components.train_gnn.train import train_network
from schemas.graph_artifact import GraphArtifact
from schemas.instants import Instant
from schemas.step_report import StepReport


def train_gnn(
    *, graph: Path, output: Path, network_end: Instant, settings: NetworkSettings, report: StepReport
) -> None:
    """Trains the graph network.

    Args:
        graph: The train graph [as_of - 7d, as_of).
        output: Where the network artifact goes.
        network_end: The end of the training days; ranking rows start there.
        settings: The network's settings.
        report: Receives links, parameters, loss and the ROC-AUC on held-out pairs.

    Raises:
        ContractError: The graph is not readable or holds nothing to learn from.
    """
    use_threads(settings.threads)
    tables = read_graph_tables(GraphArtifact(graph))
    trained = train_network(tables, network_end, settings)
    times = tables.edges[VIEWS].time
    report.counts |= {
        "training_links": len(trained.supervision.training),
        "held_out_links": len(trained.supervision.held_out),
        "parameters": sum(parameter.numel() for parameter in trained.network.parameters()),
        "held_out_auc": trained.held_out_auc[-1],
    }
    curves = {"training_loss": trained.training_loss, "held_out_auc": trained.held_out_auc}
    write_network(
        output,
        trained.network,
        settings,
        network_end,
        largest_event_time=int(numpy.max(times[times < network_end])),
        counts=report.counts,
        curves=curves,
    )
