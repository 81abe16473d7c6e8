"""Push: first the version's folder, then the label, then what nothing needs any more."""

from __future__ import annotations

from pathlib import Path

from components.push_ranker.labels import move_label
from components.push_ranker.model_config import change_served_versions, read_served_versions
from components.push_ranker.model_server import model_server
from components.push_ranker.served_versions import ServedVersions
from components.push_ranker.serving_base import ServingBase, open_base
from components.push_ranker.settings import PushSettings
from components.push_ranker.version_folder import require_model


def push_version(saved_model: Path, base: str | Path, version: int, settings: PushSettings) -> bool:
    """Serves a version under the label of the settings; other labels stay where they are.

    After a kill at any point the label means the old version or the new one, both complete, and the same push can be
    repeated.

    Args:
        saved_model: The exported model.
        base: The folder of the model's versions, local or gs://.
        version: Its version.
        settings: The label, how many versions to keep, and the server.

    Returns:
        False where that version with the same bytes was served already; its label does not change then, not even after
        a rollback to an older version.

    Raises:
        ContractError: Other bytes lie under that version, there is no SavedModel, or the server does not load it.
    """
    require_model(saved_model)
    folder = open_base(base)
    with folder.writing():
        placed = folder.place(saved_model, version)
        before = read_served_versions(base)
        new = placed or version not in before.versions or before.moving == (settings.label, version)
        if new:
            # In the same breath: another push removes older versions that are not listed.
            change_served_versions(folder, lambda served: served.announced(settings.label, version), settings)
    if new:
        move_label(folder, settings.label, version, settings)
    with folder.writing():
        remove_old_versions(folder, version, settings)
    return new


def remove_old_versions(folder: ServingBase, version: int, settings: PushSettings) -> None:
    """Unlists and removes the versions that need not be kept, and what kills have left of any.

    Args:
        folder: The folder, which the caller is `writing`.
        version: The one that was pushed; younger ones that are not listed may be those of another push.
        settings: How many versions to keep, and the server.
    """
    before, complete = read_served_versions(folder.location), folder.versions()

    def without_old(served: ServedVersions) -> ServedVersions:
        return served.kept(complete, settings.keep_versions)

    if without_old(before) != before:
        with model_server(settings) as server:
            change_served_versions(folder, without_old, settings, server)
    listed = read_served_versions(folder.location).versions
    for old in complete:
        if old not in listed and (old < version or old in before.versions):
            folder.remove(old)
    folder.remove_interrupted(version)
