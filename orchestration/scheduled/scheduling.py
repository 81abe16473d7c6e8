"""Recurring runs on a Kubeflow server: one of each name, whatever was there before."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path
from typing import Any

import kfp
import kfp_server_api  # type: ignore[import-untyped]  # it ships no type information

PAGE = 100
SIGNATURE = "Made by pipeline.py schedule from "
"""Before the digest of a schedule, in the description that the server shows; nothing else is ever removed."""


@dataclasses.dataclass(frozen=True)
class Schedule:
    """A recurring run.

    Attributes:
        name: Only one of the project's own has it on a server.
        package: The compiled pipeline, which needs no argument.
        cron: Six fields, second first.
        pipeline_root: gs://...: below it the server keeps artifacts.
        service_account: Of Kubernetes, for the pods; None for the server's own.
    """

    name: str
    package: Path
    cron: str
    pipeline_root: str
    service_account: str | None = None

    @property
    def description(self) -> str:
        """Says which pipeline, time and place it was made from."""
        parts = [self.package.read_text(encoding="utf-8"), self.cron, self.pipeline_root, str(self.service_account)]
        return SIGNATURE + hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def put_schedule(client: kfp.Client, schedule: Schedule, experiment: str) -> str:
    """Makes sure that exactly this recurring run exists and is on.

    The server cannot change a recurring run. The new one is made before the old one goes, and switched on after: killed
    at any point, the next call ends in the same state, and never do both start runs.

    Args:
        client: Of the server.
        schedule: What is wanted.
        experiment: The id of the group of runs.

    Returns:
        What was done: `unchanged`, `switched on`, `created` or `replaced`.
    """
    there = own_schedules(client, schedule.name, experiment)
    same = [run for run in there if run.description == schedule.description]
    others = [run for run in there if run.description != schedule.description] + same[1:]
    if same and not others and _is_on(same[0]):
        return "unchanged"
    wanted = same[0].recurring_run_id if same else _create(client, schedule, experiment).recurring_run_id
    for run in others:
        client.delete_recurring_run(run.recurring_run_id)
    if not same or not _is_on(same[0]):
        client.enable_recurring_run(wanted)
    if others:
        return "replaced"
    return "switched on" if same else "created"


def remove_schedule(client: kfp.Client, name: str, experiment: str) -> bool:
    """Removes the recurring runs of a name; whether there was one."""
    there = own_schedules(client, name, experiment)
    for run in there:
        client.delete_recurring_run(run.recurring_run_id)
    return bool(there)


def own_schedules(client: kfp.Client, name: str, experiment: str) -> list[Any]:
    """The recurring runs of a name that this project has made, newest last."""
    equals = {"operation": "EQUALS", "key": "display_name", "stringValue": name}
    found: list[Any] = []
    token = ""
    while True:
        page = client.list_recurring_runs(
            page_token=token,
            page_size=PAGE,
            experiment_id=experiment,
            filter=json.dumps({"predicates": [equals]}),
        )
        found += page.recurring_runs or []
        token = page.next_page_token or ""
        if not token:
            break
    return [run for run in found if run.display_name == name and (run.description or "").startswith(SIGNATURE)]


def _create(client: kfp.Client, schedule: Schedule, experiment: str) -> Any:
    return client.create_recurring_run(
        experiment_id=experiment,
        job_name=schedule.name,
        description=schedule.description,
        cron_expression=schedule.cron,
        # A run that takes longer than the distance leaves the next one out; the one after takes its rows too.
        max_concurrency=1,
        no_catchup=True,
        enabled=False,
        pipeline_package_path=str(schedule.package),
        pipeline_root=schedule.pipeline_root,
        service_account=schedule.service_account,
    )


def _is_on(run: Any) -> bool:
    return bool(run.status == kfp_server_api.V2beta1RecurringRunStatus.ENABLED)
