"""The file that survives a kill: written whole or not at all, and read only by the training that wrote it."""

from __future__ import annotations

import os
import pickle
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from schemas.errors import ContractError

FILE_NAME = "checkpoint.pt"
_INCOMPLETE = ".checkpoint.pt.incomplete"


def default_checkpoints(output: Path) -> Path:
    """Where the checkpoints of an artifact go if nobody says otherwise: next to it."""
    return output.parent / f"{output.name}.checkpoints"


class CheckpointFolder:
    """The last checkpoint of one training.

    A checkpoint of other settings or of another graph is refused, not overwritten: it may be hours of work.

    Args:
        folder: Made when the first checkpoint is written.
        identity: What must be the same for a training to go on, by name, as plain values.
    """

    def __init__(self, folder: Path, identity: Mapping[str, Any]) -> None:
        self.folder = folder
        self.identity = _flat(identity)

    def read(self) -> dict[str, Any] | None:
        """The last checkpoint's values; None where there is none.

        Raises:
            ContractError: It cannot be read, or belongs to another training; the message names both values.
        """
        path = self.folder / FILE_NAME
        if not path.is_file():
            return None
        theirs, values = _load(path)
        ours = self.identity
        differences = [
            f"{name} was {theirs.get(name)!r} and is {ours.get(name)!r}"
            for name in sorted(theirs.keys() | ours.keys())
            if theirs.get(name) != ours.get(name)
        ]
        if differences:
            raise ContractError(
                f"{path}: a checkpoint of another training: {'; '.join(differences)}. Go on with what it was made "
                f"with, or delete {self.folder} (or name another --checkpoints) to start anew"
            )
        return values

    def write(self, values: Mapping[str, Any]) -> None:
        """Replaces the last checkpoint; a kill at any moment leaves the old one or the new one."""
        self.folder.mkdir(parents=True, exist_ok=True)
        incomplete = self.folder / _INCOMPLETE
        with incomplete.open("wb") as file:
            torch.save({"identity": self.identity, "values": dict(values)}, file)
            file.flush()
            os.fsync(file.fileno())
        incomplete.replace(self.folder / FILE_NAME)


def remove_checkpoints(folder: Path) -> None:
    """Removes the checkpoint of a finished training, and the folder if nothing else lies in it."""
    if not folder.is_dir():
        return
    for name in (FILE_NAME, _INCOMPLETE):
        (folder / name).unlink(missing_ok=True)
    if not any(folder.iterdir()):
        folder.rmdir()


def _load(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Identity and values of a checkpoint file.

    Raises:
        ContractError: It is none.
    """
    remedy = f"delete {path.parent} to start anew"
    # What torch writes is a zip archive; the error of torch.load for anything else depends on its first bytes.
    if not zipfile.is_zipfile(path):
        raise ContractError(f"{path}: not a checkpoint; {remedy}")
    try:
        saved = torch.load(path, weights_only=True, map_location="cpu")
    except (RuntimeError, pickle.UnpicklingError) as error:
        raise ContractError(f"{path}: not a checkpoint ({error}); {remedy}") from error
    if not isinstance(saved, dict) or saved.keys() != {"identity", "values"}:
        raise ContractError(f"{path}: not a checkpoint of a network's training; {remedy}")
    return saved["identity"], saved["values"]


def _flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested values under dotted names, so that a difference can be named."""
    flat: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{prefix}{name}.")
        else:
            flat[prefix + name] = value
    return flat
