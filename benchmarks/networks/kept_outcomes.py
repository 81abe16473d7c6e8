"""Outcomes on disk, so that a comparison that was cut off goes on, and a variant is not measured twice."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

from benchmarks.networks.ranker_lift import Outcome


@dataclasses.dataclass(frozen=True)
class KeptOutcomes:
    """One file a variant.

    Attributes:
        folder: Where they lie.
    """

    folder: Path

    def read(self, name: str, made_of: dict[str, Any]) -> Outcome | None:
        """The outcome of a variant; None where there is none that was made of the same.

        Args:
            name: Of the variant.
            made_of: Run, seeds and settings, as plain values.
        """
        path = self._path(name)
        if not path.is_file():
            return None
        kept = json.loads(path.read_text(encoding="utf-8"))
        return Outcome(**kept["outcome"]) if kept["made_of"] == made_of else None

    def write(self, name: str, made_of: dict[str, Any], outcome: Outcome) -> None:
        """Keeps an outcome, whole or not at all."""
        self.folder.mkdir(parents=True, exist_ok=True)
        partial = self._path(name).with_suffix(".partial")
        kept = {"made_of": made_of, "outcome": dataclasses.asdict(outcome)}
        partial.write_text(json.dumps(kept, indent=2), encoding="utf-8")
        partial.replace(self._path(name))

    def _path(self, name: str) -> Path:
        return self.folder / f"{name.replace(' ', '_').replace(',', '')}.json"
