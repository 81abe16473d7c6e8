"""Runs that have finished: what each was made from, and where its artifacts lie."""

from __future__ import annotations

import dataclasses
import functools
import json
from pathlib import Path

import pydantic

from orchestration.run_folder import LATEST, artifacts_of
from schemas.artifact_meta import ArtifactMeta, read_meta
from schemas.settings import Settings, parse_settings

RECORD_FILE = "run.json"
KINDS = {
    "network": "network",
    "ranker_without_graph": "ranker",
    "ranker_with_graph": "ranker",
    "replay_graph": "graph",
}
"""Kind of an artifact by its name in ARTIFACTS_FILE."""


class RunRecord(Settings):
    """What a run was made from, as a later run needs to know it.

    Attributes:
        pipeline: `daily` or `refresh`.
        configuration: The configuration's name.
        newest: ISO 8601; where its logs end.
        logs_address: What the user named, else the folder of the simulated shop.
        logs: The folder that the pipeline read.
        logs_fingerprint: Of its contents.
        serving: Where versions are pushed to.
        continued: Folders of the earlier artifacts that a refresh went on from, by name.
    """

    pipeline: str
    configuration: str
    newest: str
    logs_address: str
    logs: str
    logs_fingerprint: str
    serving: str
    continued: dict[str, str] = pydantic.Field(default_factory=dict)


@dataclasses.dataclass(frozen=True, eq=False)
class FinishedRun:
    """One folder of runs/.

    Attributes:
        folder: runs/<run id>.
        record: What it was made from.
        artifacts: Where each artifact lies, by name.
    """

    folder: Path
    record: RunRecord
    artifacts: dict[str, Path]

    def has(self, *names: str) -> bool:
        """Whether these artifacts are (still) there: runs/artifacts may be cleared at any time."""
        return all(name in self.artifacts and self.artifacts[name].is_dir() for name in names)

    @property
    def continued(self) -> dict[str, Path]:
        """The artifacts of earlier runs that it went on from, by name."""
        return {name: Path(location) for name, location in self.record.continued.items()}

    @functools.cache  # noqa: B019 - as many as there are runs
    def meta(self, name: str) -> ArtifactMeta:
        """The meta.json of one of KINDS."""
        return read_meta(self.artifacts[name], KINDS[name])

    @property
    def blessed(self) -> bool:
        """Whether its evaluation let its ranker be pushed."""
        path = self.artifacts["evaluation"] / "evaluation.json"
        return bool(json.loads(path.read_text(encoding="utf-8"))["verdict"]["blessed"])


def write_record(folder: Path, record: RunRecord) -> None:
    """Writes RECORD_FILE: from then on the run counts as finished."""
    (folder / RECORD_FILE).write_text(record.model_dump_json(indent=2) + "\n", encoding="utf-8")


def read_finished_run(folder: Path) -> FinishedRun | None:
    """Reads one run; None where it has not finished.

    Raises:
        ContractError: Its record cannot be read.
    """
    path = folder / RECORD_FILE
    if not path.is_file():
        return None
    record = parse_settings(RunRecord, json.loads(path.read_text(encoding="utf-8")), str(path))
    return FinishedRun(folder, record, artifacts_of(folder))


def finished_runs(runs: Path, configuration: str) -> list[FinishedRun]:
    """The finished runs of a configuration, by the name of their folders.

    Args:
        runs: Where runs are kept.
        configuration: The configuration's name.
    """
    folders = (path.parent for path in sorted(runs.glob(f"*/{RECORD_FILE}")) if path.parent.name != LATEST)
    found = (read_finished_run(folder) for folder in folders)
    return [run for run in found if run is not None and run.record.configuration == configuration]
