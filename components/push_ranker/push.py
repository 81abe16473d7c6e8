"""Push and rollback: first the version's folder, then the pointer, then what nothing points at any more."""

from __future__ import annotations

import shutil
from pathlib import Path

from components.push_ranker.model_config import (
    STABLE,
    ServedVersions,
    read_served_versions,
    write_served_versions,
)
from components.push_ranker.settings import PushSettings
from components.push_ranker.version_folder import place_version, versions_on_disk
from schemas.errors import ContractError


def push_version(saved_model: Path, base: Path, version: int, settings: PushSettings) -> bool:
    """Serves a version as `stable`.

    The pointer moves last: after a kill before it, the old version is served and the same push can be repeated.

    Args:
        saved_model: The exported model.
        base: The folder of the model's versions.
        version: Its version.
        settings: How many versions to keep, and the server's view of the folder.

    Returns:
        False where that version with the same bytes was served already; nothing has changed then, not even after a
        rollback to an older version.

    Raises:
        ContractError: Other bytes lie under that version, or there is no SavedModel.
    """
    before = read_served_versions(base)
    placed = place_version(saved_model, base, version)
    if not placed and version in before.versions:
        return False
    labels = {**before.labels, STABLE: version}
    listed = {*before.versions, version} & set(versions_on_disk(base))
    newest = sorted(listed)[-settings.keep_versions :]
    after = ServedVersions(tuple(sorted({*newest, *labels.values()})), labels)
    _write(base, after, settings)
    for old in versions_on_disk(base):
        if old not in after.versions:
            shutil.rmtree(base / str(old))
    return True


def roll_back(base: Path, version: int | None, settings: PushSettings) -> int:
    """Moves the label `stable` to an older version.

    Args:
        base: The folder of the model's versions.
        version: Where to; the newest version older than the stable one where it is None.
        settings: The server's view of the folder.

    Returns:
        The version that is stable now.

    Raises:
        ContractError: There is no such version; the message lists those that there are.
    """
    served = read_served_versions(base)
    loaded = [number for number in served.versions if number in versions_on_disk(base)]
    stable = served.labels.get(STABLE)
    older = [number for number in loaded if stable is not None and number < stable]
    target = version if version is not None else (older[-1] if older else None)
    if target is None or target not in loaded:
        wanted = "no older version" if target is None else f"no version {target}"
        raise ContractError(f"{base}: {wanted} to roll back to; stable is {stable}, served are {loaded}")
    _write(base, ServedVersions(served.versions, {**served.labels, STABLE: target}), settings)
    return target


def _write(base: Path, served: ServedVersions, settings: PushSettings) -> None:
    base_path = settings.served_base_path or str(base.resolve())
    write_served_versions(base, served, settings.model_name, base_path)
