"""`python pipeline.py run`."""

from __future__ import annotations

import argparse
import datetime
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kfp import dsl

from orchestration.arguments import TRAINED, Input, daily_arguments, refresh_arguments
from orchestration.configuration import RunConfiguration
from orchestration.fingerprint import folder_fingerprint
from orchestration.local_run import run_locally
from orchestration.log_source import find_logs
from orchestration.run_folder import (
    artifact_of_latest,
    carry_artifacts_file,
    new_run_id,
    point_latest_at,
    write_artifacts_file,
)
from orchestration.shared_options import add_configuration_options, configuration_of, option_of
from schemas.errors import ContractError
from schemas.step_report import StepReport

if TYPE_CHECKING:
    from components.evaluate_ranker.report import FinishedStep


def add_parser(parsers: Any, pipelines: list[str]) -> None:
    """Adds the subcommand."""
    parser: argparse.ArgumentParser = parsers.add_parser("run", help="run a pipeline on this machine")
    parser.add_argument("--pipeline", choices=pipelines, default="daily", help="which one (default: %(default)s)")
    parser.add_argument(
        "--logs",
        help="a folder in the log contract, here or gs://..., or an official EB-NeRD or MIND folder "
        "(default: the source simulates a shop)",
    )
    parser.add_argument(
        "--test-days",
        type=int,
        metavar="DAYS",
        help="instead of running a pipeline, evaluate so many days one after the other, with the seeds and refreshes "
        "of the section `rolling`; what is computed is kept, so that a run that was cut off goes on",
    )
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="where runs are kept (default: %(default)s)")
    parser.add_argument("--serving", type=Path, help="where versions are pushed to (default: <runs>/<run id>/serving)")
    for name in TRAINED:
        words = name.replace("_", " ")
        parser.add_argument(option_of(name), type=Path, help=f"refresh: {words} artifact (default: the newest run's)")
    add_configuration_options(parser, "configs/demo.yaml")
    parser.set_defaults(action=run)


def run(given: argparse.Namespace, pipelines: dict[str, Any]) -> None:
    """Runs a pipeline and writes its report.

    Raises:
        ContractError: An input is refused, here or by a step.
        StepFailedError: A step failed otherwise.
    """
    configuration = configuration_of(given)
    runs: Path = given.runs.resolve()
    run_id = new_run_id(configuration, datetime.datetime.now(datetime.UTC))
    if given.test_days is not None:
        _evaluate_days(given, configuration, runs, run_id)
        return
    print(f"run {run_id}: {configuration.timeline.describe()}", flush=True)
    artifacts = _trained_artifacts(given, runs)
    logs = find_logs(configuration, given.logs, runs)
    serving = given.serving.resolve() if given.serving else runs / run_id / "serving"
    started = time.time()
    if given.pipeline == "daily":
        arguments = daily_arguments(configuration, logs, serving)
    else:
        arguments = refresh_arguments(configuration, logs, artifacts, serving)
    outputs = run_locally(pipelines[given.pipeline], arguments, runs)
    locations = {name: artifact.location for name, artifact in artifacts.items()}
    write_run(runs, run_id, configuration, outputs, started, locations)


def write_run(
    runs: Path,
    run_id: str,
    configuration: RunConfiguration,
    outputs: Mapping[str, dsl.Artifact],
    started: float,
    trained: Mapping[str, str],
) -> None:
    """Writes the report of a finished run, moves runs/latest to it and prints the table.

    Args:
        runs: Where runs are kept.
        run_id: The new run.
        configuration: Of the run.
        outputs: The pipeline's outputs by name.
        started: Seconds since 1970; a step that started earlier came from the cache.
        trained: Artifacts of an earlier run that this one used, by name.
    """
    # Matplotlib and jinja2 are needed only here.
    from components.evaluate_ranker.report import summary_table, write_report

    steps = finished_steps(outputs, started)
    folder = runs / run_id
    values = configuration.model_dump(mode="json")
    report = write_report(Path(outputs["evaluation"].path), steps, values, folder)
    write_artifacts_file(folder, {**trained} | {name: artifact.uri for name, artifact in outputs.items()})
    point_latest_at(runs, run_id)
    print(f"\n{sum(step.cached for step in steps)} of {len(steps)} steps reused from the cache\n")
    print(summary_table(report))
    print(f"\nreport: {folder / 'report.html'}")


def finished_steps(outputs: Mapping[str, dsl.Artifact], started: float) -> list[FinishedStep]:
    """What each step reported, in the order in which the steps did their work.

    Args:
        outputs: The pipeline's outputs by name, one a step.
        started: Seconds since 1970; a step that started earlier came from the cache.
    """
    from components.evaluate_ranker.report import FinishedStep

    reports = [StepReport.from_metadata(artifact.metadata) for artifact in outputs.values()]
    return [FinishedStep(report, report.started < started) for report in sorted(reports, key=lambda one: one.started)]


def _evaluate_days(given: argparse.Namespace, configuration: RunConfiguration, runs: Path, run_id: str) -> None:
    """Evaluates several days instead of running a pipeline, see orchestration/rolling."""
    from orchestration.rolling.rolling_run import run_rolling
    from orchestration.rolling.table import rolling_table

    if given.pipeline != "daily":
        raise ContractError("--test-days evaluates days of the daily pipeline; leave --pipeline out")
    # The logs must reach until the end of the last day, also where they are mirrored.
    logs = find_logs(configuration.model_copy(update={"test_days": max(given.test_days, 1)}), given.logs, runs)
    folder = runs / run_id
    report = run_rolling(configuration, logs, given.test_days, runs, folder)
    carry_artifacts_file(runs, folder)
    point_latest_at(runs, run_id)
    print(f"\n{rolling_table(report)}\n\nreport: {folder / 'report.html'}")


def _trained_artifacts(given: argparse.Namespace, runs: Path) -> dict[str, Input]:
    if given.pipeline != "refresh":
        return {}
    folders = {name: getattr(given, name) or artifact_of_latest(runs, name) for name in TRAINED}
    return {name: Input(str(folder.resolve()), folder_fingerprint(folder)) for name, folder in folders.items()}
