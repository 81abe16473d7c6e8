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
