"""Which artifacts of a finished daily run the page reads."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

from schemas.errors import ContractError

NAMES = ("examples", "validated_logs", "ranker_without_graph")


@dataclasses.dataclass(frozen=True)
class FinishedRun:
    """Folders of a finished run's artifacts.

    Attributes:
        examples: Test requests, and the table of contents.
        validated_logs: Users' orders, and what contents are.
        ranker_without_graph: The ranker that the served one is shown beside.
    """

    examples: Path
    validated_logs: Path
    ranker_without_graph: Path


def read_finished_run(folder: Path) -> FinishedRun:
    """Reads where a run's artifacts lie.

    Args:
        folder: Such as runs/latest.

    Raises:
        ContractError: It is not the folder of a finished daily run, or artifacts of it are gone.
    """
    path = folder / "artifacts.json"
    if not path.is_file():
        raise ContractError(f"{path}: not found; give the folder of a finished daily run, such as runs/latest")
    locations = json.loads(path.read_text(encoding="utf-8"))
    for name in NAMES:
        if not Path(locations.get(name, "")).is_dir() or name not in locations:
            raise ContractError(f"{path}: its {name} {locations.get(name)} is gone; run the daily pipeline again")
    return FinishedRun(**{name: Path(locations[name]) for name in NAMES})
