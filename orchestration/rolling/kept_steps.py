"""Steps that are not repeated: each leaves a note with its durations once what it makes stands."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from schemas.step_report import StepReport, step_report

PROCESSOR_SECONDS = "processor_seconds"


class KeptSteps:
    """The steps of one folder.

    Args:
        folder: Notes go to its folder `steps`; what the steps make lies beside it.
    """

    def __init__(self, folder: Path) -> None:
        self._notes = folder / "steps"

    def run(self, name: str, step: Callable[[StepReport], object]) -> None:
        """Runs a step unless its note is there; killed without one, it runs again.

        Args:
            name: For its note and its lines.
            step: Does the work and fills the report.
        """
        note = self._notes / f"{name}.json"
        if note.is_file():
            return
        with step_report(name) as report:
            started = time.process_time()
            step(report)
            # Of all threads: on a machine that others use too, the clock tells little of what a step costs.
            report.counts[PROCESSOR_SECONDS] = round(time.process_time() - started, 3)
        self._notes.mkdir(parents=True, exist_ok=True)
        partial = note.with_suffix(".partial")
        partial.write_text(json.dumps(report.metadata()), encoding="utf-8")
        partial.replace(note)

    def done(self) -> list[dict[str, Any]]:
        """What the finished steps reported, in the order in which they ran."""
        notes = [json.loads(path.read_text(encoding="utf-8")) for path in self._notes.glob("*.json")]
        return sorted(notes, key=lambda note: float(note["started"]))
