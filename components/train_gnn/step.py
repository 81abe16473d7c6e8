"""The step: train graph in, network out."""

from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path
from typing import Any

import numpy

from components.build_graph.check import check_disjoint
from components.evaluate_ranker.settings import EvaluationSettings
from components.train_gnn.alignment.earlier_network import read_earlier_network
from components.train_gnn.alignment.placement import place
from components.train_gnn.graph_tables import read_graph_tables
from components.train_gnn.network_artifact import write_network
from components.train_gnn.settings import NetworkSettings
from components.train_gnn.supervision import VIEWS
from components.train_gnn.threads import use_threads
from components.train_gnn.train import TrainedNetwork, train_network
from components.train_gnn.training.checkpoint_folder import default_checkpoints, remove_checkpoints
from components.train_gnn.training.curve_picture import curve_picture
from components.train_gnn.training.disjoint_test_graph import measure_test_graph
from components.train_gnn.training.log_odds import log_odds_details
from components.train_gnn.training.over_smoothing import smoothing_notices
from components.train_gnn.training.processes import Processes
from schemas.artifact_meta import FILE_NAME
from schemas.graph_artifact import GraphArtifact
from schemas.instants import Instant, format_instant
from schemas.step_report import StepReport


def train_gnn(
    *,
    graph: Path,
    output: Path,
    network_end: Instant,
    settings: NetworkSettings,
    report: StepReport,
    test_graph: Path | None = None,
    checkpoints: Path | None = None,
    processes: Processes | None = None,
    earlier: Path | None = None,
) -> None:
    """Trains the graph network.

    Args:
        graph: The train graph [as_of - 7d, as_of).
        output: Where the network artifact goes.
        network_end: The end of the training days; ranking rows start there.
        settings: The network's settings.
        report: Receives links, parameters, loss and the ROC-AUC on held-out pairs and on the test graph.
        test_graph: The graph of the test days, on which the trained network is measured; None: it is not.
        checkpoints: Where checkpoints go until the artifact stands; next to it by default. A training that was killed
            goes on from the last one, with the same result as if it had not been.
        processes: Who train together; the first one writes.
        earlier: A network artifact of an earlier instant. Training starts from its weights, and the result is rotated
            towards its space, which it keeps where both agree enough (rule 6).

    Raises:
        ContractError: The graph is not readable or holds nothing to learn from, the test graph shares an edge with it,
            the checkpoint is another training's, or the earlier network does not fit.
    """
    processes = processes or Processes()
    checkpoints = checkpoints or default_checkpoints(output)
    use_threads(settings.threads)
    if test_graph is not None:
        check_disjoint(graph, test_graph)
    tables = read_graph_tables(GraphArtifact(graph))
    start = None if earlier is None else read_earlier_network(earlier, tables, network_end, settings)
    trained = train_network(tables, network_end, settings, checkpoints, processes, start)
    if not processes.first:
        return
    placement = None if start is None else place(trained.network, start, tables, network_end, settings)
    notices = [trained.split.notice] if trained.split.notice else []
    if placement is not None:
        notices.append(placement.notice)
    limit = settings.training.pairwise_cosine_limit
    notices += smoothing_notices(trained.pairwise_cosines, limit)
    for notice in notices:
        print(f"train_gnn: {notice}", flush=True)
    times = tables.edges[VIEWS].time
    details = _details(trained, settings, notices) | ({"earlier": placement.details} if placement else {})
    report.counts |= _counts(trained) | (placement.counts if placement else {})
    if test_graph is not None:
        found = measure_test_graph(
            trained.network, settings, GraphArtifact(graph), GraphArtifact(test_graph), EvaluationSettings()
        )
        details["test_graph"] = found
        figures = {f"test_graph_{name}": found[name] for name in ("candidates", "auc", "auc_per_request")}
        report.counts |= {name: value for name, value in figures.items() if value is not None}
    picture = curve_picture(trained.curves, trained.pairwise_cosines, limit, trained.kept_epoch)
    write_network(
        output,
        trained.network,
        settings,
        network_end,
        largest_event_time=int(numpy.max(times[times < network_end])),
        counts=report.counts,
        details=details,
        files={"curves.svg": picture},
        space=placement.space if placement else None,
        inputs={} if earlier is None else {"earlier": hashlib.sha256((earlier / FILE_NAME).read_bytes()).hexdigest()},
    )
    remove_checkpoints(checkpoints)


def _counts(trained: TrainedNetwork) -> dict[str, float]:
    return {
        "training_links": len(trained.split.training),
        "validation_links": len(trained.split.validation),
        "held_out_links": len(trained.split.held_out),
        "parameters": sum(parameter.numel() for parameter in trained.network.parameters()),
        "epochs": len(trained.curves.training_loss),
        "kept_epoch": trained.kept_epoch,
        "validation_auc": trained.curves.validation_auc[trained.kept_epoch],
        "held_out_auc": trained.held_out_auc,
    }


def _details(trained: TrainedNetwork, settings: NetworkSettings, notices: list[str]) -> dict[str, Any]:
    """What the artifact's meta tells of the training; every list of numbers in `curves` is drawn in the report."""
    curves = dataclasses.asdict(trained.curves)
    shrinkage = curves.pop("shrinkage")
    start = trained.split.validation_start
    return {
        "curves": curves,
        "shrinkage": shrinkage,
        "pairwise_cosines": trained.pairwise_cosines,
        "validated_on": "held-out pairs" if start is None else f"links since {format_instant(start)}",
        "notices": notices,
        "log_odds": log_odds_details(trained.network, settings.loss, trained.unclicked_share),
    }
