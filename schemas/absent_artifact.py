"""The artifact that is not there: what a pipeline hands to a step's optional input in place of one.

KFP pipelines import what they did not make, and an import needs an address. A branch (`dsl.If`) would double every step
that reads the optional input; an address below which nothing lies costs nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

ABSENT = "none"
"""Last part of the address of an artifact that is not there: `none`, gs://<bucket>/<folder>/none."""


class HasPath(Protocol):
    """A KFP artifact, as far as it matters here."""

    @property
    def path(self) -> str:
        """Where it lies on this machine."""


def path_of(artifact: HasPath | None) -> Path | None:
    """The path of an optional input; None where the pipeline left it out or handed over the absent one."""
    if artifact is None or Path(artifact.path).name == ABSENT:
        return None
    return Path(artifact.path)
