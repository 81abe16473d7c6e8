"""Which versions a server loads, what its labels mean, and the rules by which both change."""

from __future__ import annotations

import dataclasses

STABLE = "stable"
CANARY = "canary"


@dataclasses.dataclass(frozen=True)
class ServedVersions:
    """What models.config says of the one model that it lists.

    Attributes:
        versions: Versions to load, ascending.
        labels: Label to version; each version is among `versions`.
        stable_before: Versions that were stable earlier, the last one first.
        moving: The label that is to mean a version as soon as that is loaded, and the version.
    """

    versions: tuple[int, ...] = ()
    labels: dict[str, int] = dataclasses.field(default_factory=dict)
    stable_before: tuple[int, ...] = ()
    moving: tuple[str, int] | None = None

    def announced(self, label: str, version: int) -> ServedVersions:
        """With one more version to load, which a label is to mean."""
        return dataclasses.replace(self, versions=self._with(version), moving=(label, version))

    def labelled(self, label: str, version: int) -> ServedVersions:
        """With a label moved forward to a version, which is listed from then on."""
        before = self.stable_before
        stable = self.labels.get(STABLE)
        if label == STABLE and stable is not None and stable != version:
            before = (stable, *(other for other in before if other not in (stable, version)))
        moving = None if self.moving and self.moving[0] == label else self.moving
        return ServedVersions(self._with(version), {**self.labels, label: version}, before, moving)

    def rolled_back(self, version: int) -> ServedVersions:
        """With `stable` moved back to a version; what was stable since is forgotten."""
        before = self.stable_before
        if version in before:
            before = before[before.index(version) + 1 :]
        moving = None if self.moving and self.moving[0] == STABLE else self.moving
        return ServedVersions(self.versions, {**self.labels, STABLE: version}, before, moving)

    def kept(self, complete: list[int], keep: int) -> ServedVersions:
        """Without old versions: the newest ones stay, those that a label means, and the one to roll back to.

        Args:
            complete: The versions that lie in the folder.
            keep: How many of the newest ones stay.
        """
        there = {*self.versions} & {*complete}
        before = tuple(version for version in self.stable_before if version in there)
        moving = {self.moving[1]} if self.moving else set()
        kept = {*sorted(there)[-keep:], *self.labels.values(), *before[:1], *moving}
        before = tuple(version for version in before if version in kept)
        return dataclasses.replace(self, versions=tuple(sorted(kept)), stable_before=before)

    def _with(self, version: int) -> tuple[int, ...]:
        return tuple(sorted({*self.versions, version}))
