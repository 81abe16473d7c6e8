"""Prepares a refresh: what it goes on from, which rows train and which test."""

from __future__ import annotations

import argparse
import datetime
from pathlib import Path

from orchestration.arguments import EXTENDED, TRAINED, Input, refresh_arguments
from orchestration.clock import last_refresh
from orchestration.configuration import RunConfiguration
from orchestration.continued_run import extended_artifacts, run_to_continue, trained_until
from orchestration.finished_runs import FinishedRun, RunRecord, finished_runs, read_finished_run
from orchestration.log_source import find_logs
from orchestration.prepared_run import PreparedRun, artifact_input, logs_address
from schemas.errors import ContractError
from schemas.instants import Instant, compact_instant, format_instant, parse_instant
from schemas.remote.address import absolute_location


def prepare_refresh(given: argparse.Namespace, configuration: RunConfiguration, runs: Path) -> PreparedRun | None:
    """Finds the logs and all that the refresh goes on from.

    A refresh has one folder for each instant. One that has finished keeps what it was made from, even if more rows have
    reached its logs since.

    Args:
        given: The options of `pipeline.py run`.
        configuration: Of the run.
        runs: Where runs are kept.

    Returns:
        What to run; None where a younger refresh has finished, which has trained on the rows of this one.

    Raises:
        ContractError: There is nothing to go on from, no row to train on, or an input is not there.
    """
    if given.as_of is not None:
        raise ContractError(f"--as-of {given.as_of}: a refresh has none; name the end of its logs with --until")
    now = datetime.datetime.now(datetime.UTC)
    newest = parse_instant(given.until) if given.until else last_refresh(configuration, now)
    folder = runs / f"{configuration.name}-refresh-{compact_instant(newest)}"
    younger = [run for run in finished_runs(runs, configuration.name) if _is_younger(run, newest)]
    if younger:
        print(f"refresh {format_instant(newest)}: nothing to do, {younger[-1].folder} is younger", flush=True)
        return None
    named = {name: path.resolve() for name in (*TRAINED, *EXTENDED) if (path := getattr(given, name)) is not None}
    before = _same_run(folder, named)
    if before is not None:
        earlier, serving = before.continued, before.record.serving
    elif set(TRAINED) <= set(named):
        earlier, serving = named, str(folder / "serving")
    else:
        run = run_to_continue(runs, configuration, newest, folder)
        earlier, serving = {name: run.artifacts[name] for name in TRAINED} | named, run.record.serving
    serving = absolute_location(given.serving) if given.serving else serving
    timeline = configuration.refresh_timeline(newest, trained_until(earlier))
    if before is None:
        earlier = extended_artifacts(runs, configuration, timeline, earlier["network"], folder) | earlier
    print(f"refresh {format_instant(newest)}: {timeline.describe()}", flush=True)
    print(f"goes on from {earlier['ranker_with_graph']}", flush=True)
    if before is None:
        logs = find_logs(configuration, given.logs, runs, timeline)
    else:
        logs = Input(before.record.logs, before.record.logs_fingerprint)
    record = RunRecord(
        pipeline="refresh",
        configuration=configuration.name,
        newest=format_instant(newest),
        logs_address=logs_address(given.logs, logs),
        logs=logs.location,
        logs_fingerprint=logs.fingerprint,
        serving=serving,
        continued={name: str(path) for name, path in earlier.items()},
    )
    inputs = {name: artifact_input(path) for name, path in earlier.items()}
    arguments = refresh_arguments(configuration, timeline, logs, inputs, serving)
    return PreparedRun(folder, arguments, record, {"network": str(earlier["network"])})


def _same_run(folder: Path, named: dict[str, Path]) -> FinishedRun | None:
    """The finished run of this very refresh, if its artifacts are still there and no others are named."""
    before = read_finished_run(folder)
    if before is None or not before.has(*before.artifacts):
        return None
    return before if named.items() <= before.continued.items() else None


def _is_younger(run: FinishedRun, newest: Instant) -> bool:
    return run.record.pipeline == "refresh" and parse_instant(run.record.newest) > newest
