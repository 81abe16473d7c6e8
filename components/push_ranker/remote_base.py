"""A serving folder on Google Cloud Storage; a version is there from its saved_model.pb on, which comes last."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from components.push_ranker.local_base import POINTER
from components.push_ranker.version_folder import MODEL_FILE, require_model
from schemas.remote.address import RemoteFolder
from schemas.remote.listing import remote_names
from schemas.remote.placing import place_folder, remove_folder
from schemas.remote.pointer import Pointer, read_pointer, write_pointer


class RemoteBase:
    """See ServingBase.

    Args:
        location: gs://<bucket>/<prefix>.
    """

    def __init__(self, location: str) -> None:
        self.location = RemoteFolder.parse(location).url

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Nothing: a bucket cannot be locked; every write names what it replaces, and is refused where that changed."""
        yield

    def versions(self) -> list[int]:
        """The versions in the folder, ascending."""
        parts = (name.partition("/") for name in remote_names(self.location))
        return sorted(int(version) for version, _, name in parts if version.isdigit() and name == MODEL_FILE)

    def place(self, saved_model: Path, version: int) -> bool:
        """Uploads a version."""
        require_model(saved_model)
        return place_folder(saved_model, self._url(version), last=MODEL_FILE)

    def remove(self, version: int) -> None:
        """Deletes a version's saved_model.pb, then the rest."""
        remove_folder(self._url(version), first=MODEL_FILE)

    def remove_interrupted(self, before: int) -> None:
        """Deletes the objects of older versions that have no saved_model.pb."""
        started = {name.partition("/")[0] for name in remote_names(self.location) if "/" in name}
        complete = set(self.versions())
        for version in sorted(int(name) for name in started if name.isdigit()):
            if version < before and version not in complete:
                self.remove(version)

    def read_file(self, version: int, name: str) -> str | None:
        """A text file of a version."""
        return read_pointer(f"{self._url(version)}/{name}").text

    def read_pointer(self) -> Pointer:
        """The text of models.config."""
        return read_pointer(f"{self.location}/{POINTER}")

    def write_pointer(self, text: str, read: Pointer) -> None:
        """Replaces models.config."""
        write_pointer(f"{self.location}/{POINTER}", text, read.generation)

    def _url(self, version: int) -> str:
        return f"{self.location}/{version}"
