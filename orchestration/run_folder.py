"""Where a run leaves its traces: runs/<run id>/, and runs/latest that points at the newest."""

from __future__ import annotations

import datetime
import json
import os
import shutil
import uuid
from collections.abc import Mapping
from pathlib import Path

from orchestration.configuration import RunConfiguration
from schemas.errors import ContractError
from schemas.instants import compact_instant

ARTIFACTS_FILE = "artifacts.json"
LATEST = "latest"


def new_run_id(configuration: RunConfiguration, now: datetime.datetime) -> str:
    """A name that sorts by time within one configuration: demo-202603090000-20260309T073000123."""
    moment = now.strftime("%Y%m%dT%H%M%S") + f"{now.microsecond // 1000:03d}"
    return f"{configuration.name}-{compact_instant(configuration.timeline.as_of)}-{moment}"


def write_artifacts_file(folder: Path, locations: Mapping[str, str]) -> None:
    """Notes where each artifact of the run lies, for a person and for a later refresh."""
    text = json.dumps(dict(locations), indent=2, sort_keys=True)
    (folder / ARTIFACTS_FILE).write_text(text + "\n", encoding="utf-8")


def artifacts_of(folder: Path, *names: str) -> dict[str, Path]:
    """Where a finished run's artifacts lie, by name.

    Args:
        folder: The run's, such as runs/latest.
        names: Artifacts that must be there still: runs/artifacts may be cleared at any time.

    Raises:
        ContractError: It is not the folder of a finished run, or one of `names` is gone.
    """
    path = folder / ARTIFACTS_FILE
    if not path.is_file():
        raise ContractError(f"{path}: not found; give the folder of a finished daily run, such as runs/latest")
    locations = {name: Path(location) for name, location in json.loads(path.read_text(encoding="utf-8")).items()}
    for name in names:
        if name not in locations or not locations[name].is_dir():
            raise ContractError(f"{path}: its {name} {locations.get(name)} is gone; run the daily pipeline again")
    return locations


def carry_artifacts_file(runs: Path, folder: Path) -> None:
    """Lets a run that makes no artifacts name those of the newest run, which stay the newest ones.

    Args:
        runs: Where runs are kept.
        folder: Of the run that will be the newest.
    """
    newest = runs / LATEST / ARTIFACTS_FILE
    if newest.is_file():
        shutil.copyfile(newest, folder / ARTIFACTS_FILE)


def point_latest_at(runs: Path, run_id: str) -> None:
    """Moves runs/latest in one step: a reader sees the old run or the new one."""
    temporary = runs / f".{LATEST}.{uuid.uuid4().hex}"
    temporary.symlink_to(run_id, target_is_directory=True)
    os.replace(temporary, runs / LATEST)
