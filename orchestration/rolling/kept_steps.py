"""Steps that are not repeated: each leaves a note with its seconds once what it makes stands."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from schemas.step_report import StepReport, step_report


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
            step(report)
        self._notes.mkdir(parents=True, exist_ok=True)
        partial = note.with_suffix(".partial")
        partial.write_text(json.dumps(report.metadata()), encoding="utf-8")
        partial.replace(note)

    def done(self) -> list[dict[str, Any]]:
        """What the finished steps reported, in the order in which they ran."""
        notes = [json.loads(path.read_text(encoding="utf-8")) for path in self._notes.glob("*.json")]
        return sorted(notes, key=lambda note: float(note["started"]))
