"""What an artifact was made from, as metadata that travels from step to step.

A later run names earlier artifacts by their address. A step that downloaded them all just to learn where they lie would
move gigabytes; so each step hands the addresses on that it was given.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

MADE_FROM = "made_from"
"""The key of the metadata."""


class HasMetadata(Protocol):
    """A KFP artifact, as far as it matters here."""

    @property
    def uri(self) -> str:
        """Where it lies."""

    @property
    def metadata(self) -> Mapping[str, Any]:
        """What its step said of it."""


def lineage(**inputs: HasMetadata) -> dict[str, dict[str, str]]:
    """Metadata of an output: the addresses of a step's inputs and of all that these were made from.

    Args:
        **inputs: Artifacts by the name under which a later run looks for them.

    Returns:
        One key, MADE_FROM, with addresses by name.
    """
    found: dict[str, str] = {}
    for artifact in inputs.values():
        found |= addresses(artifact)
    return {MADE_FROM: found | {name: artifact.uri for name, artifact in inputs.items()}}


def addresses(artifact: HasMetadata) -> dict[str, str]:
    """The addresses of all that an artifact was made from, by name; none where its step did not say."""
    return dict(artifact.metadata.get(MADE_FROM, {}))
