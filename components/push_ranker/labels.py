"""Moves labels: forward by promotion, back by rollback.

TensorFlow Serving gives a label only to a version that it has loaded. So a version is listed first, waited for, and
only then labelled; where no server is named, those that poll models.config do the waiting themselves.
"""

from __future__ import annotations

from components.push_ranker.local_base import POINTER
from components.push_ranker.model_config import (
    CANARY,
    STABLE,
    ServedVersions,
    model_config_text,
    read_served_versions,
    write_served_versions,
)
from components.push_ranker.model_server import model_server
from components.push_ranker.serving_base import ServingBase, open_base
from components.push_ranker.settings import PushSettings
from schemas.errors import ContractError


def move_label(folder: ServingBase, label: str, version: int, settings: PushSettings) -> None:
    """Lists a version, waits until the server has loaded it, and moves a label to it.

    Args:
        folder: The folder; nobody needs to be `writing` it.
        label: The label.
        version: Lies in the folder.
        settings: The server.

    Raises:
        ContractError: The version is gone, or the server does not load it or refuses the label; the label means then
            what it meant before.
    """
    with model_server(settings) as server:
        if server is not None:
            with folder.writing():
                announced = read_served_versions(folder.location).announced(label, version)
                write_served_versions(folder, announced, settings)
            server.reload(model_config_text(announced, settings, folder.location))
            server.wait_until_available(version)
        with folder.writing():
            _require_version(folder, version)
            after = read_served_versions(folder.location).labelled(label, version)
            if server is not None:
                server.reload(model_config_text(after, settings, folder.location))
            write_served_versions(folder, after, settings)


def promote(base: str, version: int | None, label: str, settings: PushSettings) -> int:
    """Moves a label to a version that lies in the folder.

    Args:
        base: The folder of the model's versions, local or gs://.
        version: Which one; the one that `canary` means where it is None.
        label: Usually `stable`.
        settings: The server.

    Returns:
        The version.

    Raises:
        ContractError: There is no such version or no canary, or the server does not load it.
    """
    folder = open_base(base)
    served = read_served_versions(base)
    target = served.labels.get(CANARY) if version is None else version
    if target is None:
        raise ContractError(
            f"{folder.location}/{POINTER}: nothing is labelled '{CANARY}'; name the version to promote with --version, "
            f"one of {folder.versions()}"
        )
    _require_version(folder, target)
    move_label(folder, label, target, settings)
    return target


def roll_back(base: str, version: int | None, settings: PushSettings) -> int:
    """Moves the label `stable` back to an earlier version, which is loaded already.

    Args:
        base: The folder of the model's versions, local or gs://.
        version: Where to; the version that was stable before where it is None.
        settings: The server.

    Returns:
        The version that is stable now.

    Raises:
        ContractError: There is no such version, or the server refuses; the message lists those that there are.
    """
    folder = open_base(base)
    with model_server(settings) as server, folder.writing():
        served = read_served_versions(base)
        target = _earlier_stable(folder, served) if version is None else version
        loaded = [number for number in served.versions if number in folder.versions()]
        if target is None or target not in loaded:
            wanted = "no older version" if target is None else f"no version {target}"
            stable = served.labels.get(STABLE)
            raise ContractError(
                f"{folder.location}/{POINTER}: {wanted} to roll back to; stable is {stable}, served are {loaded}; "
                "name one of these with --version, or push one"
            )
        after = served.rolled_back(target)
        if server is not None:
            server.reload(model_config_text(after, settings, folder.location))
        write_served_versions(folder, after, settings)
    return target


def _earlier_stable(folder: ServingBase, served: ServedVersions) -> int | None:
    """What was stable before; the newest older version where that is not known."""
    there = {*served.versions} & {*folder.versions()}
    before = [version for version in served.stable_before if version in there]
    if before:
        return before[0]
    stable = served.labels.get(STABLE)
    older = [version for version in there if stable is not None and version < stable]
    return max(older, default=None)


def _require_version(folder: ServingBase, version: int) -> None:
    versions = folder.versions()
    if version not in versions:
        raise ContractError(f"{folder.location}: no version {version} here, there are {versions}; push it first")
