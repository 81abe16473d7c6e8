"""There is one recurring run of a name, whatever was there before and wherever an earlier call was interrupted."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kfp
import pytest

from orchestration.scheduled.scheduling import Schedule, put_schedule, remove_schedule
from orchestration.submission import kubeflow_client
from schemas.errors import ContractError
from tests.orchestration.kubeflow_server import KubeflowServer, kubeflow_server

SPECIFICATION = """
pipelineInfo: {name: nothing}
root: {dag: {tasks: {}}}
schemaVersion: 2.1.0
sdkVersion: kfp-2.17.0
"""
NAME = "frontrow-daily-shop"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[KubeflowServer]:
    monkeypatch.setenv("HOME", str(tmp_path))
    with kubeflow_server() as state:
        yield state


@pytest.fixture
def client(server: KubeflowServer) -> Iterator[kfp.Client]:
    with kubeflow_client(server.host, "kubeflow") as client:
        yield client


@pytest.fixture
def schedule(tmp_path: Path) -> Schedule:
    path = tmp_path / "pipeline.yaml"
    path.write_text(SPECIFICATION)
    return Schedule(NAME, path, "0 0 3 * * *", "gs://shop/root")


def _only(server: KubeflowServer) -> dict[str, Any]:
    [run] = server.recurring.values()
    return run


def test_the_same_again_changes_nothing(server: KubeflowServer, client: kfp.Client, schedule: Schedule) -> None:
    assert put_schedule(client, schedule, "shop") == "created"
    changes = list(server.changes)
    assert put_schedule(client, schedule, "shop") == "unchanged"
    assert server.changes == changes == ["create 1", "enable 1"]


def test_what_has_changed_replaces_what_was_there(
    server: KubeflowServer, client: kfp.Client, schedule: Schedule
) -> None:
    put_schedule(client, schedule, "shop")
    assert put_schedule(client, dataclasses.replace(schedule, cron="0 30 4 * * *"), "shop") == "replaced"
    # The new one is made first and started last: the schedule is never lost, and never do both start runs.
    assert server.changes[2:] == ["create 3", "delete 1", "enable 3"]
    schedule.package.write_text(SPECIFICATION + "# another pipeline\n")
    assert put_schedule(client, schedule, "shop") == "replaced"
    assert _only(server)["status"] == "ENABLED"


@pytest.mark.parametrize("fails_at", ["create 3", "delete 1", "enable 3"])
def test_interrupted_anywhere_the_next_call_completes_it(
    server: KubeflowServer, client: kfp.Client, schedule: Schedule, fails_at: str
) -> None:
    put_schedule(client, schedule, "shop")
    wanted = dataclasses.replace(schedule, cron="0 30 4 * * *")
    server.fails_at = fails_at
    with pytest.raises(ContractError, match=f"{fails_at} failed"), kubeflow_client(server.host, "kubeflow") as other:
        put_schedule(other, wanted, "shop")
    assert sum(run["status"] == "ENABLED" for run in server.recurring.values()) <= 1
    server.fails_at = ""
    put_schedule(client, wanted, "shop")
    run = _only(server)
    assert (run["trigger"]["cron_schedule"]["cron"], run["status"]) == ("0 30 4 * * *", "ENABLED")


def test_what_somebody_paused_is_switched_on_again(
    server: KubeflowServer, client: kfp.Client, schedule: Schedule
) -> None:
    put_schedule(client, schedule, "shop")
    server.change_recurring("disable", "1")
    assert put_schedule(client, schedule, "shop") == "switched on"
    assert _only(server)["status"] == "ENABLED"


def test_recurring_runs_of_others_stay(server: KubeflowServer, client: kfp.Client, schedule: Schedule) -> None:
    """Even one of the same name, that somebody made by hand."""
    server.change_recurring("create", "theirs", {"display_name": NAME, "description": "mine", "mode": "ENABLE"})
    put_schedule(client, schedule, "shop")
    put_schedule(client, dataclasses.replace(schedule, cron="0 30 4 * * *"), "shop")
    assert len(server.recurring) == 2
    assert remove_schedule(client, NAME, "shop")
    assert not remove_schedule(client, NAME, "shop")
    assert _only(server)["description"] == "mine"
