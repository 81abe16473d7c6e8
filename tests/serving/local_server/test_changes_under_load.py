"""A version comes, becomes the canary, becomes stable and is rolled back under load: no request fails."""

from __future__ import annotations

import collections
import itertools
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import numpy
import pytest

from serving.local_server.server import LocalServer
from tests.serving.local_server.calls import Calls, predict_request, probabilities
from tests.serving.local_server.conftest import SETTINGS
from tests.serving.local_server.small_models import CONTAINER_PATH, MODEL, place, point, probability

CALLERS: tuple[dict[str, Any], ...] = (
    {"version_label": "stable"},
    {"version_label": "stable"},
    {"version_label": "canary"},
    {},
)


class Load:
    """Callers that ask without pause, each for what its specification means.

    Attributes:
        failures: What went wrong.
        answers: How often each version answered callers of `stable`.
    """

    def __init__(self, target: str) -> None:
        self.failures: list[str] = []
        self.answers: collections.Counter[int] = collections.Counter()
        self._target = target
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(one,)) for one in CALLERS]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def wait_for_stable(self, version: int) -> None:
        """Waits until callers of `stable` have been answered by a version twenty times more."""
        wanted, ends = self.answers[version] + 20, time.monotonic() + 60
        while self.answers[version] < wanted:
            assert time.monotonic() < ends, f"version {version} does not answer: {self.answers}, {self.failures[:3]}"
            time.sleep(0.01)

    def _ask(self, specification: dict[str, Any]) -> None:
        calls, request = Calls(self._target), predict_request(**specification)
        while not self._stopping.wait(0.002):
            try:
                response = calls.predict(request)
            except grpc.RpcError as error:
                self.failures.append(f"{specification}: {error.code()} {error.details()}")
                continue
            version = response.model_spec.version.value
            if not numpy.allclose(probabilities(response)[1], probability(version, 2, 0), atol=1e-6):
                self.failures.append(f"version {version} answered as another one")
            if specification.get("version_label") == "stable":
                self.answers[version] += 1


@pytest.fixture
def pushed(saved_models: dict[int, Path], tmp_path: Path) -> Path:
    """Version 1 is served under both labels."""
    place(tmp_path / "base", 1, saved_models[1])
    point(tmp_path / "base", [1], {"stable": 1, "canary": 1})
    return tmp_path / "base"


def by_reload(base: Path, calls: Calls) -> Callable[[list[int], dict[str, int]], None]:
    """Changes the configuration through ModelService."""
    del base
    return lambda versions, labels: calls.reload(CONTAINER_PATH, versions, labels) and None


def by_file(base: Path, calls: Calls) -> Callable[[list[int], dict[str, int]], None]:
    """Changes models.config, which the server reads again and again."""
    del calls
    return lambda versions, labels: point(base, versions, labels)


@pytest.mark.parametrize("way", [by_reload, by_file])
def test_no_request_fails_while_versions_and_labels_change(
    pushed: Path,
    saved_models: dict[int, Path],
    way: Callable[[Path, Calls], Callable[[list[int], dict[str, int]], None]],
) -> None:
    settings = SETTINGS.model_copy(update={"poll_seconds": 0.05 if way is by_file else 0})
    with LocalServer(pushed, settings) as server, Load(server.target) as load:
        calls = Calls(server.target)
        change = way(pushed, calls)
        load.wait_for_stable(1)

        place(pushed, 2, saved_models[2])
        change([1, 2], {"stable": 1, "canary": 1})
        calls.wait_for(2, "AVAILABLE")
        change([1, 2], {"stable": 1, "canary": 2})
        load.wait_for_stable(1)
        change([1, 2], {"stable": 2, "canary": 2})
        load.wait_for_stable(2)
        change([1, 2], {"stable": 1, "canary": 1})
        load.wait_for_stable(1)
        # The version that is taken away answers the requests that it has begun.
        change([1], {"stable": 1, "canary": 1})
        calls.wait_for(2, "END")
        load.wait_for_stable(1)
    assert load.failures == []
    assert set(load.answers) == {1, 2}


def test_a_version_answers_what_it_has_begun_before_it_is_closed(pushed: Path, saved_models: dict[int, Path]) -> None:
    place(pushed, 2, saved_models[2])
    with LocalServer(pushed, SETTINGS) as server:
        calls = Calls(server.target)
        with server.table.lend(MODEL, 1) as (_, model):
            calls.reload(CONTAINER_PATH, [2], {})
            calls.wait_for(2, "AVAILABLE")
            calls.wait_for(1, "UNLOADING")
            assert calls.predict(predict_request()).model_spec.version.value == 2
            time.sleep(0.1)
            assert calls.states()[1] == "UNLOADING"
            assert "rank" in model.signatures
        calls.wait_for(1, "END")


def test_a_folder_that_comes_after_its_listing_is_noticed(pushed: Path, saved_models: dict[int, Path]) -> None:
    point(pushed, [1, 2], {"stable": 1})
    with LocalServer(pushed, SETTINGS.model_copy(update={"poll_seconds": 0.05})) as server:
        calls = Calls(server.target)
        assert calls.states() == {1: "AVAILABLE"}
        place(pushed, 2, saved_models[2])
        calls.wait_for(2, "AVAILABLE")


def test_a_file_that_cannot_be_followed_changes_nothing(pushed: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A push in two halves, a typing mistake, a label that moves too early: what was served is served on."""
    with LocalServer(pushed, SETTINGS.model_copy(update={"poll_seconds": 0.02})) as server, Load(server.target) as load:
        for number in _complaints(caplog, "is not followed"):
            if number == 0:
                (pushed / "models.config").write_text("model_config_list {", encoding="utf-8")
            elif number == 1:
                point(pushed, [1, 2], {"stable": 2, "canary": 1})
            else:
                break
        load.wait_for_stable(1)
        point(pushed, [1], {"stable": 1, "canary": 1})
        load.wait_for_stable(1)
    assert load.failures == []
    assert set(load.answers) == {1}


def _complaints(caplog: pytest.LogCaptureFixture, words: str) -> Iterator[int]:
    """Counts up whenever one more complaint has been logged."""
    for number in itertools.count():
        ends = time.monotonic() + 30
        while sum(words in message for message in caplog.messages) < number:
            assert time.monotonic() < ends, caplog.messages
            time.sleep(0.01)
        yield number
