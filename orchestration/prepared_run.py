"""A run before it starts: all that the pipeline and the traces of the run need."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from orchestration.arguments import Input
from orchestration.fingerprint import values_fingerprint
from orchestration.finished_runs import RunRecord
from schemas.artifact_meta import FILE_NAME
from schemas.errors import ContractError
from schemas.remote.address import is_remote


@dataclasses.dataclass(frozen=True)
class PreparedRun:
    """What to run.

    Attributes:
        folder: Where its report and its record go.
        arguments: Of the pipeline.
        record: What it is made from.
        earlier: Where the artifacts of earlier runs lie that it uses, by name.
    """

    folder: Path
    arguments: dict[str, Any]
    record: RunRecord
    earlier: dict[str, str]


def artifact_input(folder: Path) -> Input:
    """An artifact of an earlier run, its contents named by every meta.json in it.

    These say what the artifact was made from and what it counts, so that gigabytes need not be read to name them.

    Raises:
        ContractError: There is no meta.json: no artifact lies there.
    """
    metas = sorted(folder.rglob(FILE_NAME))
    if not metas:
        raise ContractError(f"{folder}: no {FILE_NAME} in it; name the folder of an artifact")
    contents = {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in metas}
    return Input(str(folder.resolve()), values_fingerprint(contents))


def logs_address(named: str | None, logs: Input) -> str:
    """What tells one shop's logs from another's, whatever they hold today.

    Args:
        named: What the user named; None for a simulated shop.
        logs: The folder that the pipeline reads.
    """
    if named is None:
        return logs.location
    return named if is_remote(named) else str(Path(named).resolve())
