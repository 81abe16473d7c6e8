"""What a finished run tells of its steps, and what a rolling evaluation leaves of the run before it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from kfp import dsl

from orchestration import run_command
from orchestration.command_line import main
from orchestration.rolling import rolling_run, table
from orchestration.run_command import finished_steps
from orchestration.run_folder import ARTIFACTS_FILE, point_latest_at, write_artifacts_file
from schemas.instants import DAY
from schemas.step_report import StepReport


def _artifact(name: str, started: float) -> dsl.Artifact:
    report = StepReport(name, started, 1.5, {"rows": 3.0})
    return dsl.Dataset(name=name, metadata={**report.metadata(), "as_of": "2026-03-09T00:00:00Z"})


def test_a_step_that_started_before_the_run_came_from_the_cache() -> None:
    outputs = {name: _artifact(name, started) for name, started in (("embed", 20.0), ("graph", 9.0), ("train", 10.0))}
    steps = finished_steps(outputs, 10.0)
    assert [(step.report.name, step.cached) for step in steps] == [("graph", True), ("train", False), ("embed", False)]
    assert steps[0].report.counts == {"rows": 3.0}


def test_a_rolling_evaluation_becomes_the_latest_run_and_leaves_the_newest_artifacts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    runs, network = tmp_path / "runs", tmp_path / "network"
    network.mkdir()
    (runs / "before").mkdir(parents=True)
    write_artifacts_file(runs / "before", {"network": str(network)})
    point_latest_at(runs, "before")
    asked: list[Any] = []

    def find(configuration: Any, logs: str, _runs: Path) -> str:
        asked.extend([configuration.timeline.test_end - configuration.timeline.as_of, logs])
        return "the logs"

    def evaluate(_configuration: Any, logs: str, days: int, _runs: Path, folder: Path) -> dict[str, Any]:
        asked.extend([logs, days])
        folder.mkdir()
        (folder / "report.json").write_text('{"days": []}', encoding="utf-8")
        return {"days": []}

    monkeypatch.setattr(run_command, "find_logs", find)
    monkeypatch.setattr(rolling_run, "run_rolling", evaluate)
    monkeypatch.setattr(table, "rolling_table", lambda report: f"the table of {report}")
    arguments = ["run", "--runs", str(runs), "--logs", "folder", "--test-days", "3"]
    assert main({"daily": None, "refresh": None}, arguments) == 0
    # The logs that are looked for reach until the end of the last day.
    assert asked == [3 * DAY, "folder", "the logs", 3]
    assert json.loads((runs / "latest" / "report.json").read_text(encoding="utf-8")) == {"days": []}
    assert json.loads((runs / "latest" / ARTIFACTS_FILE).read_text(encoding="utf-8")) == {"network": str(network)}
    assert "the table of {'days': []}" in capsys.readouterr().out
    assert main({"daily": None, "refresh": None}, [*arguments, "--pipeline", "refresh"]) == 2
    assert "--test-days evaluates days of the daily pipeline" in capsys.readouterr().err
