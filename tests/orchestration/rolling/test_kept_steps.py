"""A step that was finished is not repeated, one that was killed is."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.rolling.kept_steps import KeptSteps
from schemas.step_report import StepReport


def test_only_what_has_ended_is_kept(tmp_path: Path) -> None:
    ran = []

    def step(report: StepReport, fails: bool = False) -> None:
        ran.append(report.name)
        report.counts["rows"] = 3
        if fails:
            raise KeyboardInterrupt

    KeptSteps(tmp_path).run("first (30m)", step)
    with pytest.raises(KeyboardInterrupt):
        KeptSteps(tmp_path).run("second", lambda report: step(report, fails=True))
    steps = KeptSteps(tmp_path)
    for name in ("first (30m)", "second"):
        steps.run(name, step)
    assert ran == ["first (30m)", "second", "second"]
    assert [note["name"] for note in steps.done()] == ["first (30m)", "second"]
    assert all(note["counts"]["rows"] == 3 and note["counts"]["processor_seconds"] >= 0 for note in steps.done())
