"""Moves labels: forward by promotion, back by rollback.

TensorFlow Serving gives a label that exists only to a version that it has loaded, and refuses the whole of a
models.config that asks for more. So a version is listed first, waited for, and only then labelled. Where no server is
named, those that poll models.config are given the time to see the listing by itself; they refuse the label at every
look until the version is loaded.
"""

from __future__ import annotations

import time

from tqdm import tqdm

from components.push_ranker.local_base import POINTER
from components.push_ranker.model_config import change_served_versions, read_served_versions
from components.push_ranker.model_server import model_server
from components.push_ranker.served_versions import CANARY, STABLE, ServedVersions
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
                change_served_versions(folder, lambda served: served.announced(label, version), settings, server)
            server.wait_until_available(version)
        elif _unseen(read_served_versions(folder.location), label, version):
            with folder.writing():
                change_served_versions(folder, lambda served: served.announced(label, version), settings)
            _wait_for_polls(settings.poll_seconds, version)
        with folder.writing():
            _require_version(folder, version)
            change_served_versions(folder, lambda served: served.labelled(label, version), settings, server)


def _unseen(served: ServedVersions, label: str, version: int) -> bool:
    """Whether a label that means something else is to move to a version that servers may not have seen listed."""
    if served.labels.get(label, version) == version:
        return False
    return version not in served.versions or served.moving == (label, version)


def _wait_for_polls(seconds: float, version: int) -> None:
    ends = time.monotonic() + seconds
    title = f"servers see that {version} is listed"
    with tqdm(total=round(seconds), desc=title, unit="s", disable=seconds == 0) as progress:
        while (left := ends - time.monotonic()) > 0:
            time.sleep(min(1.0, left))
            progress.update(1)


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

    def back(served: ServedVersions) -> ServedVersions:
        loaded = [number for number in served.versions if number in folder.versions()]
        target = _earlier_stable(served, loaded) if version is None else version
        if target is None or target not in loaded:
            wanted = "no older version" if target is None else f"no version {target}"
            stable = served.labels.get(STABLE)
            raise ContractError(
                f"{folder.location}/{POINTER}: {wanted} to roll back to; stable is {stable}, served are {loaded}; "
                "name one of these with --version, or push one"
            )
        return served.rolled_back(target)

    with model_server(settings) as server, folder.writing():
        change_served_versions(folder, back, settings, server)
        return read_served_versions(base).labels[STABLE]


def _earlier_stable(served: ServedVersions, loaded: list[int]) -> int | None:
    """What was stable before; the newest older version where that is not known."""
    before = [version for version in served.stable_before if version in loaded]
    if before:
        return before[0]
    stable = served.labels.get(STABLE)
    older = [version for version in loaded if stable is not None and version < stable]
    return max(older, default=None)


def _require_version(folder: ServingBase, version: int) -> None:
    versions = folder.versions()
    if version not in versions:
        raise ContractError(f"{folder.location}: no version {version} here, there are {versions}; push it first")
