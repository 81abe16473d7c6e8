"""`python pipeline.py run`."""

from __future__ import annotations

import argparse
import datetime
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kfp import dsl

from orchestration.arguments import EXTENDED, TRAINED
from orchestration.configuration import RunConfiguration
from orchestration.containers import Images
from orchestration.daily_run import prepare_daily
from orchestration.finished_runs import read_finished_run, write_record
from orchestration.local_run import run_locally
from orchestration.log_source import find_logs
from orchestration.refresh_run import prepare_refresh
from orchestration.run_folder import carry_artifacts_file, new_run_id, point_latest_at, write_artifacts_file
from orchestration.shared_options import add_configuration_options, add_image_options, configuration_of, option_of
from schemas.errors import ContractError
from schemas.step_report import StepReport

if TYPE_CHECKING:
    from components.evaluate_ranker.report import FinishedStep

NEVER_CACHED = ("publication", "push")
"""Artifacts of the steps that change what lies outside of the pipeline: they run each time."""


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
    parser.add_argument(
        "--serving", help="where versions are pushed to, here or gs://... (default: <runs>/<run id>/serving)"
    )
    parser.add_argument(
        "--earlier-network",
        type=Path,
        help="daily: network to start from and to align to, or none (default: that of the newest earlier daily run)",
    )
    parser.add_argument("--until", help="refresh: ISO 8601; its logs end here (default: the last half hour)")
    for name in (*TRAINED, *EXTENDED):
        what = f"{name.replace('_', ' ')} to go on from"
        parser.add_argument(option_of(name), type=Path, help=f"refresh: {what} (default: an earlier run's)")
    parser.add_argument(
        "--runner",
        choices=("subprocess", "docker"),
        default="subprocess",
        help="each step a process of this Python, or a container of its image (default: %(default)s)",
    )
    add_configuration_options(parser, "configs/demo.yaml")
    add_image_options(parser, "docker: tag of the images (default: this commit's)")
    parser.set_defaults(action=run)


def run(given: argparse.Namespace, pipelines: dict[str, Any]) -> None:
    """Runs a pipeline and writes its report.

    Raises:
        ContractError: An input is refused, here or by a step.
        StepFailedError: A step failed otherwise.
    """
    configuration = configuration_of(given)
    runs: Path = given.runs.resolve()
    if given.test_days is not None:
        _evaluate_days(given, configuration, runs)
        return
    started = time.time()
    prepare = prepare_daily if given.pipeline == "daily" else prepare_refresh
    prepared = prepare(given, configuration, runs)
    if prepared is None:
        return
    images = Images.chosen(given.tag, given.registry) if given.runner == "docker" else None
    outputs = run_locally(pipelines[given.pipeline], prepared.arguments, runs, images)
    if nothing_changed(prepared.folder, outputs):
        print(f"\n{prepared.folder.name} has finished before and nothing has changed since")
        print(f"\nreport: {prepared.folder / 'report.html'}")
        return
    write_run(runs, prepared.folder.name, configuration, outputs, started, prepared.earlier)
    write_record(prepared.folder, prepared.record)


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


def nothing_changed(folder: Path, outputs: Mapping[str, dsl.Artifact]) -> bool:
    """Whether a run has finished before and every step came from the cache but those that never do (NEVER_CACHED).

    Args:
        folder: The run's.
        outputs: The pipeline's outputs by name.
    """
    before = read_finished_run(folder)
    if before is None:
        return False
    cached = {name: Path(found.path) for name, found in outputs.items() if name not in NEVER_CACHED}
    return all(before.artifacts.get(name) == path for name, path in cached.items())


def _evaluate_days(given: argparse.Namespace, configuration: RunConfiguration, runs: Path) -> None:
    """Evaluates several days instead of running a pipeline, see orchestration/rolling."""
    from orchestration.rolling.rolling_run import run_rolling
    from orchestration.rolling.table import rolling_table

    if given.pipeline != "daily":
        raise ContractError("--test-days evaluates days of the daily pipeline; leave --pipeline out")
    if given.runner != "subprocess":
        raise ContractError(
            f"--test-days runs its steps in processes of this Python; leave --runner {given.runner} out"
        )
    # The logs must reach until the end of the last day, also where they are mirrored.
    logs = find_logs(configuration.model_copy(update={"test_days": max(given.test_days, 1)}), given.logs, runs)
    run_id = new_run_id(configuration, datetime.datetime.now(datetime.UTC))
    folder = runs / run_id
    report = run_rolling(configuration, logs, given.test_days, runs, folder)
    carry_artifacts_file(runs, folder)
    point_latest_at(runs, run_id)
    print(f"\n{rolling_table(report)}\n\nreport: {folder / 'report.html'}")
