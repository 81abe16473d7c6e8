"""A push that is killed at any of its changes leaves a model to be served, and the next push is as if none had been.

The push runs in a forked process that gets SIGKILL: no handler and no `finally` of it runs.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from components.push_ranker.model_config import read_served_versions
from components.push_ranker.push import push_version
from components.push_ranker.serving_base import open_base
from components.push_ranker.settings import PushSettings
from tests.components.push_ranker.served_folder import snapshot, write_model
from tests.storage_emulator import StorageEmulator

SETTINGS = PushSettings(keep_versions=1, poll_seconds=0, served_base_path="/models/ranker")
"""The third push removes the first version."""
CHANGES = {"os.rename", "os.mkdir", "os.remove", "os.rmdir"}
WRITING = os.O_WRONLY | os.O_RDWR


def _prepared(root: Path, base: str) -> dict[int, Path]:
    """Three models, two of which have been pushed."""
    models = {version: write_model(root / "models" / str(version), f"model {version}") for version in (1, 2, 3)}
    for version in (1, 2):
        push_version(models[version], base, version, SETTINGS)
    return models


def _in_fork(action: Callable[[], object]) -> int | None:
    """Runs an action in a forked process; the signal that ended it, None where it came to its end."""
    child = os.fork()
    if child == 0:
        try:
            action()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else None


def _killed_before_change(number: int, action: Callable[[], object]) -> Callable[[], None]:
    """The action, with SIGKILL to its own process when it is about to change a file for that many times and one."""

    def run() -> None:
        left = [number]

        def count(event: str, arguments: tuple[object, ...]) -> None:
            if event in CHANGES or (event == "open" and isinstance(arguments[2], int) and arguments[2] & WRITING):
                if not left[0]:
                    os.kill(os.getpid(), signal.SIGKILL)
                left[0] -= 1

        sys.addaudithook(count)
        action()

    return run


def _check_served(base: str, models: dict[int, Path], files: Callable[[], dict[str, bytes]]) -> int:
    """Whatever a server can find is whole; returns the version that is stable."""
    served, there = read_served_versions(base), files()
    for version in {*open_base(base).versions(), *served.labels.values()}:
        expected = {f"{version}/{name}": content for name, content in snapshot(models[version]).items()}
        assert {name: there.get(name) for name in expected} == expected
    return served.labels["stable"]


def test_a_local_push_killed_before_any_change_of_a_file(tmp_path: Path) -> None:
    base = tmp_path / "base"
    models = _prepared(tmp_path, str(base))
    shutil.copytree(base, tmp_path / "before")
    push_version(models[3], base, 3, SETTINGS)
    after = _visible(base)
    stable = []
    for number in range(200):
        shutil.rmtree(base)
        shutil.copytree(tmp_path / "before", base)
        ended = _in_fork(_killed_before_change(number, lambda: push_version(models[3], base, 3, SETTINGS)))
        stable.append(_check_served(str(base), models, lambda: snapshot(base)))
        push_version(models[3], base, 3, SETTINGS)
        assert _visible(base) == after, f"killed before change {number}"
        if ended is None:
            break
        assert ended == signal.SIGKILL
    assert stable == sorted(stable), "old until the pointer moves, new from then on"
    assert stable.count(2) > 5, "folder, files and pointer of the new version"
    assert stable.count(3) > 5, "removal of the old version"


def test_a_remote_push_killed_after_any_change_of_an_object(tmp_path: Path, storage_emulator: StorageEmulator) -> None:
    storage_emulator.put("gs://shop/readme", b"a shop")
    models = _prepared(tmp_path, "gs://shop/0")
    for name, content in storage_emulator.objects("gs://shop/0").items():
        for number in range(1, 12):
            storage_emulator.put(f"gs://shop/{number}/{name}", content)
    push_version(models[3], "gs://shop/0", 3, SETTINGS)
    after = storage_emulator.objects("gs://shop/0")
    stable = []
    for number in range(1, 12):
        base = f"gs://shop/{number}"
        push = partial(push_version, models[3], base, 3, SETTINGS)
        ended = _killed_after_change(number - 1, push, storage_emulator)
        stable.append(_check_served(base, models, partial(storage_emulator.objects, base)))
        push()
        assert storage_emulator.objects(base) == after, f"killed after change {number}"
        if ended is None:
            break
        assert ended == signal.SIGKILL
    else:
        raise AssertionError("the push makes more changes than were tried")
    assert stable == sorted(stable), "old until the pointer moves, new from then on"
    assert stable.count(2) == 3, "both objects of the new version, and models.config that lists it"
    assert stable.count(3) > 4, "the label, the removal of the old version, and a push that was not killed"


def _killed_after_change(number: int, action: Callable[[], object], emulator: StorageEmulator) -> int | None:
    """Forks the action and kills it when one change more than that many has arrived, which is still carried out."""
    started, waiting = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.read(started, 1)
            action()
        finally:
            os._exit(0)
    changes = 0

    def kill(method: str, _path: str) -> None:
        nonlocal changes
        changes += method != "GET"
        if changes == number + 1 and method != "GET":
            os.kill(child, signal.SIGKILL)

    emulator.arrived = kill
    os.write(waiting, b".")
    _, status = os.waitpid(child, 0)
    emulator.arrived = lambda _method, _path: None
    os.close(started)
    os.close(waiting)
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else None


def _visible(base: Path) -> dict[str, bytes]:
    return {name: content for name, content in snapshot(base).items() if name != ".lock"}
