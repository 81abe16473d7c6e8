"""`pipeline.py submit` against a local stand-in for the KFP API."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

import pipeline
from orchestration.arguments import Input, daily_arguments
from orchestration.command_line import main
from orchestration.configuration import read_configuration
from orchestration.fingerprint import PROJECT_ROOT
from schemas.instants import HOUR
from tests.orchestration.kubeflow_server import KubeflowServer, kubeflow_server

PIPELINES = {"daily": pipeline.daily, "refresh": pipeline.refresh}
PRODUCTION = PROJECT_ROOT / "configs" / "production.yaml"
INSTANTS = ("--until", "2026-04-02T10:00:00Z", "--trained-until", "2026-04-02T08:30:00Z")
LOGS = ("--logs", "gs://shop/logs", "--serving", "gs://shop/serving", "--config", str(PRODUCTION))


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[KubeflowServer]:
    monkeypatch.setenv("HOME", str(tmp_path))
    with kubeflow_server() as state:
        yield state


def _submit(server: KubeflowServer, *options: str) -> int:
    return main(PIPELINES, ["submit", "--host", server.host, *LOGS, *options])


def test_sends_the_daily_pipeline_with_the_arguments_of_the_configuration(server: KubeflowServer) -> None:
    day = "2026-04-01T00:00:00Z"
    options = ("--logs-fingerprint", "abc", "--as-of", day, "--set", "ranker.epochs=2", "--tag", "4f2c9ab")
    assert _submit(server, *options) == 0
    [run] = server.runs
    specification = run["pipeline_spec"]["pipeline_spec"]
    assert "exec-train-gnn" in str(run["pipeline_spec"]["platform_spec"])
    assert specification["pipelineInfo"]["name"] == "frontrow-daily"
    images = {
        executor["container"]["image"]
        for executor in specification["deploymentSpec"]["executors"].values()
        if "container" in executor
    }
    assert images == {f"frontrow/{name}:4f2c9ab" for name in ("data", "gnn", "ranker")}
    configuration = read_configuration(PRODUCTION, [f"as_of={day}", "ranker.epochs=2"])
    nothing = Input("gs://shop/serving/none", "none")
    expected = daily_arguments(configuration, Input("gs://shop/logs", "abc"), "gs://shop/serving", nothing)
    assert run["runtime_config"]["parameters"] == expected
    assert run["experiment_id"] == "frontrow"
    assert run["display_name"].startswith("daily production-202604010000-")


def test_uses_the_experiment_that_is_there(server: KubeflowServer) -> None:
    server.experiments.append("frontrow")
    assert _submit(server) == 0
    assert server.experiments == ["frontrow"]


def test_two_submissions_without_a_fingerprint_never_share_one(server: KubeflowServer) -> None:
    assert [_submit(server), _submit(server)] == [0, 0]
    first, second = (run["runtime_config"]["parameters"]["logs_fingerprint"] for run in server.runs)
    assert first != second


def test_sends_the_refresh_pipeline_with_what_a_daily_run_has_trained(server: KubeflowServer) -> None:
    trained = {name: f"gs://shop/{name}" for name in ("network", "ranker-without-graph", "ranker-with-graph")}
    options = [part for name, address in trained.items() for part in (f"--{name}", address)]
    options += ["--replay-graph", "gs://shop/graph"]
    assert _submit(server, "--pipeline", "refresh", *INSTANTS, *options) == 0
    parameters = server.runs[0]["runtime_config"]["parameters"]
    assert parameters["trained_network"] == "gs://shop/network"
    assert parameters["trained_ranker_without_graph"] == "gs://shop/ranker-without-graph"
    assert parameters["trained_ranker_with_graph"] == "gs://shop/ranker-with-graph"
    assert parameters["earlier_graph"] == "gs://shop/graph"
    # A server can only import what has an address; below this one nothing lies.
    assert parameters["earlier_embeddings"] == "gs://shop/serving/none"
    assert parameters["timeline"]["newest"] - parameters["timeline"]["trained_until"] == 1.5 * HOUR
    assert set(parameters) == set(pipeline.refresh.pipeline_spec.root.input_definitions.parameters)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--logs", "somewhere/logs"), "cannot read this machine's files"),
        (("--pipeline", "refresh"), "needs --until"),
        (("--pipeline", "refresh", *INSTANTS), "needs --network"),
        (("--tag", "latest"), "cannot be an image's tag"),
        (("--set", "ranker.epoch=2"), "unknown key 'epoch'"),
    ],
)
def test_refuses_before_anything_is_sent(
    server: KubeflowServer, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], message: str
) -> None:
    assert _submit(server, *options) == 2
    assert message in capsys.readouterr().err
    assert (server.runs, server.experiments) == ([], [])


def test_a_server_that_refuses_is_quoted(server: KubeflowServer, capsys: pytest.CaptureFixture[str]) -> None:
    server.refuse = True
    assert _submit(server) == 2
    assert "this server takes no run" in capsys.readouterr().err


def test_a_server_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host = f"http://127.0.0.1:{free.getsockname()[1]}"
    assert _submit(KubeflowServer(host)) == 2
    assert f"{host}: cannot be reached" in capsys.readouterr().err
