"""The whole of a rolling evaluation: plan, what every day needs, every day and seed, the figures, the report."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from orchestration.arguments import Input
from orchestration.configuration import RunConfiguration
from orchestration.fingerprint import code_fingerprint, values_fingerprint
from orchestration.rolling.day_inputs import make_day_inputs
from orchestration.rolling.plan import DayPlan, plan_days
from orchestration.rolling.side_by_side import run_side_by_side
from schemas.errors import ContractError
from schemas.instants import format_instant


def run_rolling(configuration: RunConfiguration, logs: Input, days: int, runs: Path, folder: Path) -> dict[str, Any]:
    """Evaluates day after day and writes report.json and report.html.

    Every day and seed is kept in `<runs>/rolling` as soon as it is there. A run that was killed goes on where it was;
    the same one again only shows its table.

    Args:
        configuration: Of the first day; its `rolling` says seeds, refreshes and processes.
        logs: A folder in the log contract.
        days: How many test days, each with a network and rankers of its own.
        runs: Where runs are kept.
        folder: Of this run's report.

    Returns:
        The contents of report.json.

    Raises:
        ContractError: Fewer than one day, LightGBM is not installed, or a step refuses its input.
        StepFailedError: A process failed otherwise.
    """
    if days < 1:
        raise ContractError(f"--test-days {days}: at least one day must be tested")
    if importlib.util.find_spec("lightgbm") is None:
        raise ContractError("a rolling evaluation compares with LightGBM: install the group `benchmarks` first")
    plans = plan_days(configuration, logs, days, runs)
    steps = {}
    for plan in plans:
        made = make_day_inputs(
            Path(logs.location), plan.folder, plan.timeline, configuration.validation, configuration.graph
        )
        steps[format_instant(plan.timeline.as_of)] = made.done()
    # Seed by seed, so that a run that is stopped early has told something of every day.
    run_side_by_side(
        [task for tasks in zip(*(plan.tasks for plan in plans), strict=True) for task in tasks],
        configuration.rolling.processes,
    )
    report = _measured(plans, steps, configuration, runs)
    from orchestration.rolling.page import write_rolling_report

    write_rolling_report(report, folder)
    return report


def _measured(
    plans: Sequence[DayPlan], steps: dict[str, Any], configuration: RunConfiguration, runs: Path
) -> dict[str, Any]:
    """The report's values, kept for the scores, settings and code that they follow from."""
    modules = ("measuring", "rolling_report")
    made_of = {
        "outputs": [str(task.output.relative_to(runs)) for plan in plans for task in plan.tasks],
        "configuration": configuration.model_dump(mode="json"),
        "code": [code_fingerprint(f"orchestration.rolling.{module}") for module in modules],
    }
    path = runs / "rolling" / f"report-{values_fingerprint(made_of)}.json"
    if not path.is_file():
        from components.evaluate_ranker.finite_values import write_json
        from orchestration.rolling.kept_scores import read_kept_scores
        from orchestration.rolling.measuring import measure_days
        from orchestration.rolling.rolling_report import report_values

        days = {
            format_instant(plan.timeline.as_of): [read_kept_scores(task.output) for task in plan.tasks]
            for plan in plans
        }
        values = configuration.model_dump(mode="json")
        headline = configuration.rolling.shortest
        measured = measure_days(days, configuration.evaluation)
        partial = path.with_suffix(".partial")
        write_json(partial, report_values(measured, days, steps, values, headline))
        partial.replace(path)
    report: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return report
