"""`python pipeline.py submit`."""

from __future__ import annotations

import argparse
import datetime
from typing import Any

from orchestration.arguments import EXTENDED, NOTHING, TRAINED, Input, daily_arguments, refresh_arguments
from orchestration.run_folder import new_run_id
from orchestration.shared_options import (
    add_configuration_options,
    add_server_options,
    add_target_options,
    cluster_configuration_of,
    option_of,
    remote_address,
    target_of,
)
from orchestration.submission import submit_pipeline
from schemas.errors import ContractError
from schemas.instants import Instant, parse_instant


def add_parser(parsers: Any, pipelines: list[str]) -> None:
    """Adds the subcommand."""
    parser: argparse.ArgumentParser = parsers.add_parser("submit", help="send a pipeline to a Kubeflow server")
    add_server_options(parser)
    parser.add_argument("--pipeline", choices=pipelines, default="daily", help="which one (default: %(default)s)")
    parser.add_argument("--logs", required=True, help="address of a folder in the log contract, for example gs://...")
    parser.add_argument(
        "--logs-fingerprint",
        help="names the logs' contents: the same one lets the server reuse steps (default: the time of submission)",
    )
    parser.add_argument("--serving", required=True, help="address of the folder that versions are pushed to")
    parser.add_argument("--earlier-network", help="daily: address of a network to start from and to align to")
    parser.add_argument("--until", help="refresh: ISO 8601; its logs end here")
    parser.add_argument("--trained-until", help="refresh: ISO 8601; the as_of of both trained rankers")
    for name in (*TRAINED, *EXTENDED):
        what = name.replace("_", " ") + ("" if name in TRAINED else ", where there is one")
        parser.add_argument(option_of(name), help=f"refresh: address of the {what} to go on from")
    add_configuration_options(parser, "configs/production.yaml")
    add_target_options(parser)
    parser.set_defaults(action=submit)


def submit(given: argparse.Namespace, pipelines: dict[str, Any]) -> None:
    """Sends one pipeline with its arguments and prints the run's id.

    Raises:
        ContractError: An address is of this machine, an artifact is not named, or the server refuses.
    """
    configuration = cluster_configuration_of(given)
    now = datetime.datetime.now(datetime.UTC)
    logs = Input(remote_address("--logs", given.logs), given.logs_fingerprint or f"submitted {now.isoformat()}")
    serving = remote_address("--serving", given.serving)
    nothing = Input(f"{serving.rstrip('/')}/{NOTHING.location}", NOTHING.fingerprint)
    if given.pipeline == "daily":
        earlier = _artifact("--earlier-network", given.earlier_network) if given.earlier_network else nothing
        arguments = daily_arguments(configuration, logs, serving, earlier)
    else:
        timeline = configuration.refresh_timeline(_instant(given, "until"), _instant(given, "trained_until"))
        trained = {name: _artifact(option_of(name), getattr(given, name)) for name in TRAINED}
        extended = {
            name: _artifact(option_of(name), getattr(given, name)) if getattr(given, name) else nothing
            for name in EXTENDED
        }
        arguments = refresh_arguments(configuration, timeline, logs, trained | extended, serving)
    run_id = submit_pipeline(
        pipelines[given.pipeline],
        arguments,
        given.host,
        run_name=f"{given.pipeline} {new_run_id(configuration, now)}",
        experiment=given.experiment,
        namespace=given.namespace,
        target=target_of(given),
    )
    print(f"{given.host}: run {run_id}")


def _instant(given: argparse.Namespace, name: str) -> Instant:
    text = getattr(given, name)
    if text is None:
        raise ContractError(f"the refresh pipeline needs {option_of(name)}, an instant such as 2026-03-09T00:00:00Z")
    return parse_instant(text)


def _artifact(option: str, address: str | None) -> Input:
    """An artifact of an earlier run; KFP never writes twice to one address, which thus names the contents."""
    if address is None:
        raise ContractError(f"the refresh pipeline needs {option}, the address of an artifact of a daily run")
    return Input(remote_address(option, address), address)
