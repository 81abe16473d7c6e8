"""All versions of all models: loads and unloads them in a thread of its own, and lends them to requests."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import grpc

from serving.local_server.refusals import RefusalError, not_found
from serving.local_server.saved_model import SavedModel
from serving.local_server.version_states import State, Version, next_to_load, next_to_unload

LOG = logging.getLogger(__name__)


class VersionTable:
    """Versions in memory.

    A version answers until one that replaces it is AVAILABLE, and is closed when its last request has been answered.

    Args:
        load: Loads a SavedModel and warms it up.
    """

    def __init__(self, load: Callable[[Path], SavedModel]) -> None:
        self._load = load
        self._versions: dict[tuple[str, int], Version] = {}
        self._wanted: dict[str, set[int]] = {}
        self._changed = threading.Condition()
        self._worker = ThreadPoolExecutor(1, "versions")

    def want(self, name: str, paths: Mapping[int, Path]) -> None:
        """Sets which versions of a model are to be served; returns before they are.

        Args:
            name: The model's name.
            paths: SavedModel folders by version.
        """
        with self._changed:
            before = self._wanted.get(name, set())
            self._wanted[name] = set(paths)
            for number, path in paths.items():
                known = self._versions.get((name, number))
                # A version that failed is tried again once it was taken out of the configuration and put back.
                if known is None or (known.state is State.END and number not in before):
                    self._versions[name, number] = Version(name, number, path)
        self._worker.submit(self._work, name).add_done_callback(_report)

    def versions(self, name: str) -> list[Version]:
        """The versions of a model that were ever asked for, newest first."""
        with self._changed:
            known = [version for version in self._versions.values() if version.name == name]
        return sorted(known, key=lambda version: version.number, reverse=True)

    def models(self) -> list[str]:
        """The models whose versions are to be served."""
        with self._changed:
            return [name for name, wanted in self._wanted.items() if wanted]

    def state(self, name: str, number: int) -> State | None:
        """Where a version stands; None where it was never asked for."""
        with self._changed:
            version = self._versions.get((name, number))
            return None if version is None else version.state

    def wait_until_settled(self, name: str, seconds: float) -> bool:
        """Waits until every version of a model is loaded or has failed, or the time is over.

        Returns:
            Whether any version is AVAILABLE.
        """
        settled = {State.AVAILABLE, State.END}
        with self._changed:
            self._changed.wait_for(lambda: self._states(name) <= settled, seconds)
            return State.AVAILABLE in self._states(name)

    @contextlib.contextmanager
    def lend(self, name: str, number: int | None) -> Iterator[tuple[int, SavedModel]]:
        """Gives a version to a request; it is not closed before the request ends.

        Args:
            name: The model.
            number: The version; the newest that is AVAILABLE where it is None.

        Raises:
            RefusalError: NOT_FOUND: it is not AVAILABLE.
        """
        with self._changed:
            version = self._available(name, number)
            if version is None or version.model is None:
                wanted = f"Latest({name})" if number is None else f"Specific({name}, {number})"
                raise not_found(f"Servable not found for request: {wanted}")
            version.users += 1
        try:
            yield version.number, version.model
        finally:
            with self._changed:
                version.users -= 1
                if not version.users:
                    self._changed.notify_all()

    def close(self) -> None:
        """Unloads everything, after the requests in flight."""
        for name in list(self._wanted):
            self.want(name, {})
        self._worker.shutdown()

    def _states(self, name: str) -> set[State]:
        return {version.state for version in self._versions.values() if version.name == name}

    def _available(self, name: str, number: int | None) -> Version | None:
        if number is None:
            numbers = [
                version.number
                for version in self._versions.values()
                if version.name == name and version.state is State.AVAILABLE
            ]
            number = max(numbers, default=-1)
        version = self._versions.get((name, number))
        return version if version is not None and version.state is State.AVAILABLE else None

    def _work(self, name: str) -> None:
        """Loads and unloads versions of a model until those that are wanted are there."""
        while True:
            with self._changed:
                known = [version for version in self._versions.values() if version.name == name]
                wanted = self._wanted[name]
                unload, load = next_to_unload(known, wanted), next_to_load(known, wanted)
            if unload is not None:
                self._unload(unload)
            elif load is not None:
                self._try_to_load(load)
            else:
                return

    def _try_to_load(self, version: Version) -> None:
        self._move(version, State.LOADING)
        started = time.monotonic()
        # In a thread of its own: whatever a broken export raises ends there, and is kept.
        with ThreadPoolExecutor(1, f"load {version.number}") as loader:
            loading = loader.submit(self._load, version.path)
            error = loading.exception()
        if error is None:
            version.model = loading.result()
            self._move(version, State.AVAILABLE)
            LOG.info("%s is available after %.1f s", version, time.monotonic() - started)
        else:
            version.error = (
                error if isinstance(error, RefusalError) else RefusalError(grpc.StatusCode.UNKNOWN, str(error))
            )
            self._move(version, State.END)
            LOG.error("%s cannot be served: %s", version, version.error.details)

    def _unload(self, version: Version) -> None:
        self._move(version, State.UNLOADING)
        with self._changed:
            self._changed.wait_for(lambda: version.users == 0)
        if version.model is not None:
            version.model.close()
            version.model = None
        with self._changed:
            if version.number in self._wanted[version.name]:
                # Put back into the configuration while its last requests were answered.
                self._versions[version.name, version.number] = Version(version.name, version.number, version.path)
        self._move(version, State.END)
        LOG.info("%s is unloaded", version)

    def _move(self, version: Version, state: State) -> None:
        with self._changed:
            version.state = state
            self._changed.notify_all()


def _report(work: Future[None]) -> None:
    """Shows what would be a defect of this server."""
    error = work.exception()
    if error is not None:
        LOG.error("versions cannot be changed any more: %s", error, exc_info=error)
