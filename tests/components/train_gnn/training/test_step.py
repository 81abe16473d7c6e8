"""The step from a shell: one process, two processes under torchrun, and what lies in the artifact."""

from __future__ import annotations

import dataclasses
import json
import math
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy
import pytest
import torch
import yaml

from components.train_gnn.__main__ import main
from components.train_gnn.graph_tables import read_graph_tables
from components.train_gnn.network_artifact import read_network
from components.train_gnn.settings import LossSettings, NetworkSettings
from components.train_gnn.step import train_gnn
from components.train_gnn.train import train_network
from components.train_gnn.training.batches import batch_parts
from components.train_gnn.training.log_odds import log_odds_details
from components.train_gnn.training.processes import Processes
from schemas.graph_artifact import Edges, EdgeType, GraphArtifact
from schemas.instants import format_instant
from schemas.step_report import StepReport, step_report
from tests.components.train_gnn.training.graph_folder import write_graph
from tests.components.train_gnn.training.pulled_plug import PulledPlugError, pull_the_plug_at
from tests.components.train_gnn.training.tiny_links import arranged_links
from tests.components.train_gnn.training.tiny_training import NETWORK_END, tiny_settings, tiny_tables

BATCH_LINKS = 35
"""Eight batches of the tiny graph in parts of 17 and 18; one of a single link, of which the first process has none."""

CURVES = ("training_loss", "gradient_norm", "validation_loss", "validation_auc")


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("graph") / "graph"
    write_graph(folder, tiny_tables(), NETWORK_END)
    return folder


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)


def settings_of(**training: Any) -> NetworkSettings:
    return tiny_settings(training, batch_links=BATCH_LINKS, weight_decay=0.01)


def train_here(graph: Path, output: Path, settings: NetworkSettings) -> StepReport:
    with step_report("train_gnn") as report:
        train_gnn(graph=graph, output=output, network_end=NETWORK_END, settings=settings, report=report)
    return report


def details_of(output: Path) -> dict[str, Any]:
    details: dict[str, Any] = json.loads((output / "meta.json").read_text())["details"]
    return details


def test_two_processes_see_the_same_loss_curve(graph: Path, tmp_path: Path) -> None:
    """The same global batches, cut in uneven parts; gradients averaged by gloo."""
    settings = settings_of()
    config = tmp_path / "config.yaml"
    config.write_text(yaml.safe_dump({"network": settings.model_dump(mode="json")}))
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    command += ["-m", "components.train_gnn", "--graph", str(graph), "--output", str(tmp_path / "two")]
    command += ["--network-end", format_instant(NETWORK_END), "--config", str(config)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=250, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("train_gnn: started") == 1, "only the first process speaks"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config.yaml", "two"], "no checkpoint is left behind"

    report = train_here(graph, tmp_path / "one", settings)
    assert report.counts["training_links"] % BATCH_LINKS == 1
    links = numpy.arange(int(report.counts["training_links"]))
    parts = batch_parts(arranged_links(links, numpy.ones(len(links))), BATCH_LINKS, Processes(rank=0, count=2))
    assert parts[-1].share == 0
    one, two = details_of(tmp_path / "one")["curves"], details_of(tmp_path / "two")["curves"]
    for name in CURVES:
        assert one[name] == pytest.approx(two[name], abs=1e-5), name
    assert one["training_loss"][0] - one["training_loss"][1] > 1e-3, "it must learn, or equal curves show nothing"
    tables = read_graph_tables(GraphArtifact(graph))
    networks = [read_network(tmp_path / name, tables)[0].state_dict() for name in ("one", "two")]
    for name, value in networks[0].items():
        assert torch.allclose(value, networks[1][name], atol=1e-4), name


def test_the_artifact_tells_how_the_training_went(graph: Path, tmp_path: Path) -> None:
    settings = settings_of(patience=3, pairwise_cosine_limit=0.01)
    report = train_here(graph, tmp_path / "network", settings)
    details = details_of(tmp_path / "network")
    assert sorted(details["curves"]) == sorted(CURVES)
    assert {name.split(".")[-1] for name in details["shrinkage"]} >= {"user__clicks__content", "user__views__content"}
    assert details["validated_on"] == "links since 1970-01-01T08:00:00Z"
    assert report.counts["validation_auc"] == details["curves"]["validation_auc"][int(report.counts["kept_epoch"])]
    assert any("over-smoothed" in notice for notice in details["notices"])
    picture = (tmp_path / "network" / "curves.svg").read_text()
    assert picture.startswith("<?xml")
    assert picture.count("axes_") >= 5
    assert [path.name for path in tmp_path.iterdir()] == ["network"], "the checkpoints are removed"
    network, meta = read_network(tmp_path / "network", read_graph_tables(GraphArtifact(graph)))
    assert meta.counts == report.counts
    assert all(numpy.isfinite(value.numpy()).all() for value in network.state_dict().values())


def test_the_test_graph_is_measured_and_changes_no_weight(graph: Path, tmp_path: Path) -> None:
    """A day later than the train graph, which shares its edges with itself and is refused as its own test graph."""
    tables, later = tiny_tables(1), dict[EdgeType, Edges]()
    for edge_type, edges in tables.edges.items():
        later[edge_type] = dataclasses.replace(edges, time=edges.time + NETWORK_END)
    write_graph(tmp_path / "test", dataclasses.replace(tables, edges=later), 2 * NETWORK_END)
    without = train_here(graph, tmp_path / "without", settings_of())
    settings = settings_of()
    with step_report("train_gnn") as report:
        train_gnn(
            graph=graph,
            output=tmp_path / "measured",
            network_end=NETWORK_END,
            settings=settings,
            report=report,
            test_graph=tmp_path / "test",
        )
    details = details_of(tmp_path / "measured")
    found = details["test_graph"]
    assert found["as_of"] == format_instant(2 * NETWORK_END)
    assert found["links"] == 900 > found["candidates"] > found["clicks"] > 0
    assert report.counts["test_graph_auc"] == found["auc"]
    assert found["auc_per_request"] is None, "no request of the tiny graph has two links"
    assert set(report.counts) - set(without.counts) == {"test_graph_candidates", "test_graph_auc"}
    weights = [(tmp_path / name / "weights.pt").read_bytes() for name in ("without", "measured")]
    assert weights[0] == weights[1]
    arguments = ["train_gnn", "--graph", str(graph), "--test-graph", str(graph), "--output", str(tmp_path / "none")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", [*arguments, "--network-end", format_instant(NETWORK_END)])
        assert main() == 2
    assert not (tmp_path / "none").exists()


def test_the_log_odds_of_the_artifact_are_the_networks(graph: Path, tmp_path: Path) -> None:
    """Four unclicked links are kept for each clicked one: a share told by the links themselves."""
    train_here(graph, tmp_path / "network", settings_of())
    told = details_of(tmp_path / "network")["log_odds"]
    network, _ = read_network(tmp_path / "network", read_graph_tables(GraphArtifact(graph)))
    vectors = torch.randn(2, 5, 8, generator=torch.Generator().manual_seed(0))
    dot_product = (vectors[0] * vectors[1]).sum(dim=1)
    clicks_and_views = torch.tensor([0.0, 3.0, 5.0, 0.0, 1.0]), torch.tensor([0.0, 4.0, 90.0, 7.0, 1.0])
    assert network.popularity is not None
    expected = network.logit(vectors[0], vectors[1], network.popularity(*clicks_and_views)).detach()
    prior, smoothing = told["popularity"]["prior"], told["popularity"]["smoothing"]
    rate = (clicks_and_views[0] + smoothing * prior) / (clicks_and_views[1] + smoothing)
    offset = told["popularity"]["weight"] * (torch.logit(rate) - math.log(prior / (1 - prior)))
    assert torch.allclose(told["scale"] * dot_product + told["bias"] + offset, expected, atol=1e-5)
    training = train_network(tiny_tables(), NETWORK_END, settings_of()).split.training
    clicks = int((training.label > 0).sum())
    assert told["unclicked_share"] == min(1.0, 4 * clicks / (len(training) - clicks))
    assert told["uncalibrated_because"] is None
    for loss in ({"name": "bpr"}, {"name": "softmax"}, {"name": "bce", "in_batch_negatives": True}):
        assert log_odds_details(network, LossSettings.model_validate(loss), 1.0)["uncalibrated_because"]


def test_too_few_validation_clicks_are_told(graph: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    train_here(graph, tmp_path / "network", settings_of(validation_clicks=10_000))
    assert details_of(tmp_path / "network")["validated_on"] == "held-out pairs"
    assert "validation_clicks asks for 10000" in capsys.readouterr().out


def test_the_same_seed_writes_the_same_bytes(graph: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even where the second run is killed on the way and started again with the same words."""
    settings = settings_of(patience=1, checkpoint_minutes=0)
    train_here(graph, tmp_path / "first", settings)
    with monkeypatch.context() as patch:
        pull_the_plug_at(patch, 12)
        with pytest.raises(PulledPlugError):
            train_here(graph, tmp_path / "second", settings)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["first", "second.checkpoints"]
    train_here(graph, tmp_path / "second", settings)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["first", "second"]
    files = ["curves.svg", "meta.json", "weights.pt"]
    for name in ("first", "second"):
        assert sorted(path.name for path in (tmp_path / name).iterdir()) == files
    for name in files:
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()
    other = train_network(tiny_tables(), NETWORK_END, settings.model_copy(update={"seed": 1})).network
    first, _ = read_network(tmp_path / "first", read_graph_tables(GraphArtifact(graph)))
    assert not torch.equal(first.bias, other.bias)
