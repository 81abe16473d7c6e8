"""`python pipeline.py schedule`."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

from orchestration.compiling import Target, compile_pipeline, for_cluster
from orchestration.configuration import RunConfiguration
from orchestration.scheduled.cron import daily_cron, refresh_cron
from orchestration.scheduled.pipelines import scheduled_pipeline
from orchestration.scheduled.scheduling import Schedule, put_schedule, remove_schedule
from orchestration.scheduled.starting import Places
from orchestration.shared_options import (
    add_configuration_options,
    add_server_options,
    add_target_options,
    cluster_configuration_of,
    remote_address,
    target_of,
)
from orchestration.submission import kubeflow_client
from schemas.errors import ContractError
from schemas.instants import parse_duration
from schemas.remote.address import is_remote


def add_parser(parsers: Any, pipelines: list[str]) -> None:
    """Adds the subcommand."""
    parser: argparse.ArgumentParser = parsers.add_parser(
        "schedule", help="let a Kubeflow server start every pipeline by the clock; the same again changes nothing"
    )
    add_server_options(parser)
    parser.add_argument("--logs", help="address of a folder in the log contract, for example gs://...")
    parser.add_argument("--serving", help="address of the folder that versions are pushed to")
    parser.add_argument("--history", help="address of a folder where each run leaves a note for later ones")
    parser.add_argument("--pipeline-root", help="address below which the server keeps the artifacts")
    parser.add_argument("--daily-at", default="03:00", help="time of the daily run, UTC (default: %(default)s)")
    parser.add_argument(
        "--logs-delay",
        default="5m",
        help="a refresh starts so much after its instant: the time that logs take to arrive (default: %(default)s)",
    )
    parser.add_argument("--service-account", help="of Kubernetes, for the pods (default: the server's)")
    parser.add_argument("--only", choices=pipelines, help="one pipeline (default: all)")
    parser.add_argument("--remove", action="store_true", help="end the schedules instead")
    add_configuration_options(parser, "configs/production.yaml")
    add_target_options(parser)
    parser.set_defaults(action=schedule)


def schedule(given: argparse.Namespace, pipelines: dict[str, Any]) -> None:
    """Makes, replaces or removes the recurring runs and says which it did.

    Raises:
        ContractError: An address is missing or of this machine, a time is none, or the server refuses.
    """
    configuration = cluster_configuration_of(given)
    names = [given.only] if given.only else sorted(pipelines)
    if given.remove:
        with kubeflow_client(given.host, given.namespace) as client:
            experiment = client.create_experiment(given.experiment, namespace=given.namespace).experiment_id
            for name in names:
                title = _title(name, configuration)
                print(f"{title}: {'removed' if remove_schedule(client, title, experiment) else 'was not there'}")
        return
    places = Places(*(_folder(given, option) for option in ("logs", "serving", "history")))
    root, target = _folder(given, "pipeline_root"), target_of(given)
    crons = {
        "daily": daily_cron(given.daily_at),
        "refresh": refresh_cron(
            configuration.timeline.refresh,
            configuration.timeline.as_of % configuration.timeline.refresh,
            parse_duration(given.logs_delay),
        ),
    }
    with tempfile.TemporaryDirectory() as folder:
        wanted = []
        for name in names:
            package = Path(folder) / f"{name}.yaml"
            compile_scheduled(name, pipelines[name], configuration, places, package, target)
            wanted.append(Schedule(_title(name, configuration), package, crons[name], root, given.service_account))
        with kubeflow_client(given.host, given.namespace) as client:
            experiment = client.create_experiment(given.experiment, namespace=given.namespace).experiment_id
            for one in wanted:
                print(f"{one.name}: {put_schedule(client, one, experiment)}, '{one.cron}'")


def compile_scheduled(
    name: str, pipeline: Any, configuration: RunConfiguration, places: Places, path: Path, target: Target
) -> None:
    """Writes the pipeline that the clock starts, see orchestration.scheduled.pipelines."""
    scheduled = scheduled_pipeline(name, for_cluster(pipeline, target.resources), configuration, places)
    compile_pipeline(scheduled, path, {}, target)


def _title(name: str, configuration: RunConfiguration) -> str:
    return f"frontrow-{name}-{configuration.name}"


def _folder(given: argparse.Namespace, name: str) -> str:
    option, address = f"--{name.replace('_', '-')}", getattr(given, name)
    if address is None:
        raise ContractError(f"schedule needs {option}, a gs:// address")
    if not is_remote(remote_address(option, address)):
        raise ContractError(f"{option} {address}: scheduled runs read and write gs:// addresses only")
    return str(address)
