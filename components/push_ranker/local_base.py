"""A serving folder on this machine; every change is one rename."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

from components.push_ranker.version_folder import place_version, versions_on_disk
from schemas.remote.pointer import Pointer

POINTER = "models.config"
LOCK = ".lock"
"""Locked by whoever writes, and free again when that process ends, however it ends."""


class LocalBase:
    """See ServingBase.

    Args:
        folder: Need not exist before the first version is placed.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.location = str(self.folder)

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Waits until no other process writes, and removes what killed ones left behind."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / LOCK).open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            for path in self.folder.glob(".*.incomplete"):
                path.unlink() if path.is_file() else shutil.rmtree(path)
            yield

    def versions(self) -> list[int]:
        """The versions in the folder, ascending."""
        return versions_on_disk(self.folder)

    def place(self, saved_model: Path, version: int) -> bool:
        """Copies a version."""
        return place_version(saved_model, self.folder, version)

    def remove(self, version: int) -> None:
        """Takes the version's name away before its files."""
        hidden = self._incomplete(str(version))
        (self.folder / str(version)).rename(hidden)
        shutil.rmtree(hidden)

    def remove_interrupted(self, before: int) -> None:
        """Nothing: whoever writes next removes the remains, see `writing`; they never have a version's name."""

    def read_file(self, version: int, name: str) -> str | None:
        """A text file of a version."""
        path = self.folder / str(version) / name
        return path.read_text(encoding="utf-8") if path.is_file() else None

    def read_pointer(self) -> Pointer:
        """The text of models.config."""
        path = self.folder / POINTER
        return Pointer(path.read_text(encoding="utf-8") if path.is_file() else None, 0)

    def write_pointer(self, text: str, read: Pointer) -> None:  # noqa: ARG002  # the lock keeps it as it was read
        """Replaces models.config; on the disk before its name is, so that no power cut leaves it empty."""
        temporary = self._incomplete(POINTER)
        with temporary.open("w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, self.folder / POINTER)

    def _incomplete(self, name: str) -> Path:
        return self.folder / f".{name}.{uuid.uuid4().hex}.incomplete"
