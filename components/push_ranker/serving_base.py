"""The folder that TensorFlow Serving reads: <base>/<version>/ and <base>/models.config, on this machine or at gs://."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Protocol

from components.push_ranker.local_base import LocalBase
from components.push_ranker.remote_base import RemoteBase
from schemas.remote.address import is_remote, local_folder
from schemas.remote.pointer import Pointer


class ServingBase(Protocol):
    """What a push needs of the folder, wherever it lies.

    Attributes:
        location: The folder's path or address, as the server on this machine or in this cloud would be given it.
    """

    location: str

    def writing(self) -> contextlib.AbstractContextManager[None]:
        """Keeps other writers out where that is possible, until the block ends, and clears up after killed ones."""

    def versions(self) -> list[int]:
        """The versions that lie complete in the folder, ascending."""

    def place(self, saved_model: Path, version: int) -> bool:
        """Writes a version whole or not at all; False where the same bytes are there, an error where others are."""

    def remove(self, version: int) -> None:
        """Removes a version so that no reader sees a part of it."""

    def remove_interrupted(self, before: int) -> None:
        """Removes what is left of versions older than `before` whose writing or removal was interrupted."""

    def read_file(self, version: int, name: str) -> str | None:
        """A text file of a version; None where there is none."""

    def read_pointer(self) -> Pointer:
        """The text of models.config."""

    def write_pointer(self, text: str, read: Pointer) -> None:
        """Replaces models.config in one move, if it still is what was read."""


def open_base(location: str | Path) -> ServingBase:
    """The folder at a location: a path of this machine, or gs://<bucket>/<prefix>.

    Raises:
        ContractError: The location is neither.
    """
    text = str(location)
    return RemoteBase(text) if is_remote(text) else LocalBase(local_folder(text))
