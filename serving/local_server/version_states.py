"""What is known of one version of a model: its state, and who is using it."""

from __future__ import annotations

import dataclasses
import enum
from pathlib import Path

from serving.local_server.refusals import RefusalError
from serving.local_server.saved_model import SavedModel


class State(enum.Enum):
    """The states of a version, as GetModelStatus calls them."""

    START = "START"
    LOADING = "LOADING"
    AVAILABLE = "AVAILABLE"
    UNLOADING = "UNLOADING"
    END = "END"


@dataclasses.dataclass
class Version:
    """One version of a model; changed only by the table that holds it, under its lock.

    Attributes:
        name: The model's name.
        number: The version.
        path: Its SavedModel.
        state: Where it stands.
        model: While it is AVAILABLE or UNLOADING.
        users: Requests that are being answered by it.
        error: Why it could not be loaded.
    """

    name: str
    number: int
    path: Path
    state: State = State.START
    model: SavedModel | None = None
    users: int = 0
    error: RefusalError | None = None

    def __str__(self) -> str:
        """As TensorFlow Serving writes it in messages."""
        return f"{{name: {self.name} version: {self.number}}}"


def next_to_unload(versions: list[Version], wanted: set[int]) -> Version | None:
    """The version of a model to unload now; None where that would leave nobody to answer.

    Source: TensorFlow Serving's AvailabilityPreservingPolicy, its default.

    Args:
        versions: All versions of one model.
        wanted: The numbers of those that are to be served.
    """
    available = [version for version in versions if version.state is State.AVAILABLE]
    unwanted = sorted((version for version in available if version.number not in wanted), key=lambda one: one.number)
    replaced = len(unwanted) < len(available)
    if unwanted and (not wanted or replaced or len(unwanted) > 1):
        return unwanted[0]
    return None


def next_to_load(versions: list[Version], wanted: set[int]) -> Version | None:
    """The version of a model to load now, the newest first; None where all that are wanted have been tried."""
    new = [version for version in versions if version.state is State.START and version.number in wanted]
    return max(new, key=lambda one: one.number, default=None)
