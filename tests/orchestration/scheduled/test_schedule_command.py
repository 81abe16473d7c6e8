"""`pipeline.py schedule`: what the server is told, and what is refused before it is told anything."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import pipeline
from orchestration.command_line import main
from orchestration.fingerprint import PROJECT_ROOT
from tests.orchestration.kubeflow_server import KubeflowServer, kubeflow_server

PIPELINES = {"daily": pipeline.daily, "refresh": pipeline.refresh}
ADDRESSES = ("logs", "serving", "history", "pipeline-root")
DAILY, REFRESH = "frontrow-daily-production", "frontrow-refresh-production"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[KubeflowServer]:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(PROJECT_ROOT)
    with kubeflow_server() as state:
        yield state


def _schedule(server: KubeflowServer, *options: str) -> int:
    places = [part for name in ADDRESSES for part in (f"--{name}", f"gs://shop/{name}")]
    return main(PIPELINES, ["schedule", "--host", server.host, "--tag", "4f2c9ab", *places, *options])


def _there(server: KubeflowServer) -> dict[str, Any]:
    """The recurring runs that are there, by name: no name may be there twice."""
    names = [run["display_name"] for run in server.recurring.values()]
    assert len(names) == len(set(names))
    return {run["display_name"]: run for run in server.recurring.values()}


def test_daily_at_three_and_a_refresh_every_half_hour_never_two_at_once(server: KubeflowServer) -> None:
    assert _schedule(server, "--service-account", "frontrow") == 0
    runs = _there(server)
    crons = {name: run["trigger"]["cron_schedule"]["cron"] for name, run in runs.items()}
    assert crons == {DAILY: "0 0 3 * * *", REFRESH: "0 5,35 * * * *"}
    for run in runs.values():
        assert (run["max_concurrency"], run["no_catchup"], run["status"]) == (1, True, "ENABLED")
        assert run["runtime_config"] == {"parameters": {}, "pipeline_root": "gs://shop/pipeline-root"}
        assert run["service_account"] == "frontrow"
        specification = run["pipeline_spec"]["pipeline_spec"]
        assert "frontrow/gnn:4f2c9ab" in str(specification["deploymentSpec"])
        assert "inputDefinitions" not in specification["root"]
    # The same again, compiled anew, changes nothing.
    changes = list(server.changes)
    assert _schedule(server, "--service-account", "frontrow", "--only", "daily") == 0
    assert server.changes == changes


def test_one_alone_can_be_scheduled_and_removed(server: KubeflowServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert _schedule(server, "--only", "refresh") == 0
    assert set(_there(server)) == {REFRESH}
    assert _schedule(server, "--remove") == 0
    assert not server.recurring
    assert f"{DAILY}: was not there\n{REFRESH}: removed" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--history", "runs"), "--history runs: a server cannot read this machine's files"),
        (("--pipeline-root", "minio://a/b"), "read and write gs:// addresses only"),
        (("--daily-at", "3"), "--daily-at 3: expected a time of the day"),
        (("--logs-delay", "45m"), "--logs-delay of 45 minutes"),
        (("--resources", "configs/demo.yaml"), "unknown key"),
        (("--tag", "latest"), "cannot be an image's tag"),
    ],
)
def test_refuses_before_anything_is_sent(
    server: KubeflowServer, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], message: str
) -> None:
    assert _schedule(server, *options) == 2
    assert message in capsys.readouterr().err
    assert (server.experiments, server.changes) == ([], [])


def test_an_address_that_is_not_given_is_named(server: KubeflowServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(PIPELINES, ["schedule", "--host", server.host, "--logs", "gs://shop/logs"]) == 2
    assert "schedule needs --serving, a gs:// address" in capsys.readouterr().err
