"""What a finished run tells of its steps."""

from __future__ import annotations

from kfp import dsl

from orchestration.run_command import finished_steps
from schemas.step_report import StepReport


def _artifact(name: str, started: float) -> dsl.Artifact:
    report = StepReport(name, started, 1.5, {"rows": 3.0})
    return dsl.Dataset(name=name, metadata={**report.metadata(), "as_of": "2026-03-09T00:00:00Z"})


def test_a_step_that_started_before_the_run_came_from_the_cache() -> None:
    outputs = {name: _artifact(name, started) for name, started in (("embed", 20.0), ("graph", 9.0), ("train", 10.0))}
    steps = finished_steps(outputs, 10.0)
    assert [(step.report.name, step.cached) for step in steps] == [("graph", True), ("train", False), ("embed", False)]
    assert steps[0].report.counts == {"rows": 3.0}
