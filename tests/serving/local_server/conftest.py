"""Small rankers, and a running local server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from serving.local_server.server import LocalServer
from serving.local_server.settings import LocalServerSettings
from tests.serving.local_server.calls import Calls
from tests.serving.local_server.small_models import place, point, save_model

SETTINGS = LocalServerSettings(port=0, poll_seconds=0)


@pytest.fixture(scope="session")
def saved_models(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """By version, SavedModels with the version as bias."""
    root = tmp_path_factory.mktemp("saved_models")
    return {version: save_model(root / str(version), float(version)) for version in (1, 2)}


@pytest.fixture(scope="module")
def base(saved_models: dict[int, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pushed folder with versions 1 and 2, `stable` 1 and `canary` 2."""
    base = tmp_path_factory.mktemp("pushed") / "base"
    for version, saved_model in saved_models.items():
        place(base, version, saved_model)
    point(base, [1, 2], {"stable": 1, "canary": 2})
    return base


@pytest.fixture(scope="module")
def server(base: Path) -> Iterator[LocalServer]:
    """Serves that folder."""
    with LocalServer(base, SETTINGS) as server:
        yield server


@pytest.fixture(scope="module")
def calls(server: LocalServer) -> Calls:
    """Calls of that server."""
    return Calls(server.target)
