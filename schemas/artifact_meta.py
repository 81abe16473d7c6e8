"""What every artifact says of itself (rule 8): its instant, the youngest event it saw, its inputs and its space."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pydantic

from schemas.errors import ContractError
from schemas.instants import Instant, format_instant, parse_instant
from schemas.settings import Settings, parse_settings

FILE_NAME = "meta.json"


class ArtifactMeta(Settings):
    """The contents of an artifact's meta.json.

    Attributes:
        kind: What the artifact is, for example `graph`.
        as_of: ISO 8601; everything in the artifact is known strictly before it.
        largest_event_time: ISO 8601 of the youngest event that went in, or None where there is none.
        inputs: Name to fingerprint of what it was made from.
        space: The vector space of its embeddings, where it has any.
        counts: Rows and the like, for reports.
        details: What else the kind of artifact declares.
    """

    kind: str
    as_of: str
    largest_event_time: str | None
    inputs: dict[str, str] = pydantic.Field(default_factory=dict)
    space: str | None = None
    counts: dict[str, float] = pydantic.Field(default_factory=dict)
    details: dict[str, Any] = pydantic.Field(default_factory=dict)

    @property
    def as_of_instant(self) -> Instant:
        """`as_of` in microseconds."""
        return parse_instant(self.as_of)


def write_meta(folder: Path, meta: ArtifactMeta) -> None:
    """Writes meta.json, refusing an artifact whose youngest event is not older than its `as_of` (rule 8).

    Raises:
        ContractError: The artifact saw an event at or after its `as_of`.
    """
    _check_order(folder, meta)
    text = json.dumps(meta.model_dump(), indent=2, sort_keys=True)
    (folder / FILE_NAME).write_text(text + "\n", encoding="utf-8")


def read_meta(folder: Path, kind: str) -> ArtifactMeta:
    """Reads and checks meta.json.

    Args:
        folder: The artifact.
        kind: The kind that the caller needs.

    Raises:
        ContractError: There is no meta.json, it is of another kind, or it breaks rule 8; the message names both values.
    """
    path = folder / FILE_NAME
    if not path.is_file():
        raise ContractError(f"{path}: not found; {folder} is not a complete {kind} artifact, make it anew")
    meta = parse_settings(ArtifactMeta, json.loads(path.read_text(encoding="utf-8")), str(path))
    if meta.kind != kind:
        raise ContractError(f"{path}: this is a '{meta.kind}' artifact, a '{kind}' artifact is needed")
    _check_order(folder, meta)
    return meta


def space_of(folder: Path, kind: str) -> dict[str, str]:
    """The space of an artifact as metadata for who looks at a run; nothing where it has none.

    Args:
        folder: The artifact.
        kind: Its kind.

    Raises:
        ContractError: As for read_meta.
    """
    space = read_meta(folder, kind).space
    return {} if space is None else {"space": space}


def require_known_before(meta: ArtifactMeta, instant: Instant, folder: Path) -> None:
    """Refuses an artifact that knows more than `instant` allows (rule 8).

    Raises:
        ContractError: The artifact's `as_of` is later than `instant`; the message names both.
    """
    if meta.as_of_instant > instant:
        raise ContractError(
            f"{folder}: its as_of {meta.as_of} is later than {format_instant(instant)}, "
            "the instant that this step may know; build it for an earlier as_of"
        )


def _check_order(folder: Path, meta: ArtifactMeta) -> None:
    if meta.largest_event_time is not None and parse_instant(meta.largest_event_time) >= meta.as_of_instant:
        raise ContractError(
            f"{folder}: holds an event at {meta.largest_event_time}, which is not before its as_of {meta.as_of}"
        )
