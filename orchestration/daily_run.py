"""Prepares a daily run."""

from __future__ import annotations

import argparse
import datetime
from pathlib import Path

from orchestration.arguments import NOTHING, daily_arguments
from orchestration.configuration import RunConfiguration
from orchestration.continued_run import earlier_network
from orchestration.finished_runs import RunRecord
from orchestration.log_source import find_logs
from orchestration.prepared_run import PreparedRun, artifact_input, logs_address
from orchestration.run_folder import new_run_id
from schemas.absent_artifact import ABSENT
from schemas.errors import ContractError
from schemas.instants import format_instant
from schemas.remote.address import absolute_location


def prepare_daily(given: argparse.Namespace, configuration: RunConfiguration, runs: Path) -> PreparedRun:
    """Finds the logs and the network that training starts from.

    Args:
        given: The options of `pipeline.py run`.
        configuration: Of the run.
        runs: Where runs are kept.

    Raises:
        ContractError: An option is of a refresh, or an input is not there.
    """
    if given.until is not None:
        raise ContractError(f"--until {given.until}: only a refresh has it; a daily run ends with its test days")
    run_id = new_run_id(configuration, datetime.datetime.now(datetime.UTC))
    print(f"run {run_id}: {configuration.timeline.describe()}", flush=True)
    logs = find_logs(configuration, given.logs, runs)
    address = logs_address(given.logs, logs)
    network = _earlier_network(given.earlier_network, configuration, runs, address)
    print(f"earlier network: {network or 'none'}", flush=True)
    serving = absolute_location(given.serving or str(runs / run_id / "serving"))
    record = RunRecord(
        pipeline="daily",
        configuration=configuration.name,
        newest=format_instant(configuration.timeline.test_end),
        logs_address=address,
        logs=logs.location,
        logs_fingerprint=logs.fingerprint,
        serving=serving,
        continued={} if network is None else {"network": str(network)},
    )
    start = NOTHING if network is None else artifact_input(network)
    return PreparedRun(runs / run_id, daily_arguments(configuration, logs, serving, start), record, {})


def _earlier_network(named: Path | None, configuration: RunConfiguration, runs: Path, address: str) -> Path | None:
    if named is None:
        return earlier_network(runs, configuration, address)
    return None if str(named) == ABSENT else named.resolve()
