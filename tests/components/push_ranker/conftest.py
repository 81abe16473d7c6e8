"""Serving folders here and on Google Cloud Storage: what holds for one must hold for the other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.components.push_ranker.served_folder import snapshot


@pytest.fixture(params=["local", "gs://"])
def base(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The location of an empty serving folder."""
    if request.param == "local":
        return str(tmp_path / "base")
    request.getfixturevalue("storage_emulator").put("gs://shop/readme", b"a shop")
    return "gs://shop/models/ranker"


@pytest.fixture
def files(base: str, request: pytest.FixtureRequest) -> Callable[[], dict[str, bytes]]:
    """What lies in `base`, by path; without the lock of a local one."""
    if base.startswith("gs://"):
        emulator = request.getfixturevalue("storage_emulator")
        return lambda: emulator.objects(base)
    return lambda: {name: content for name, content in snapshot(Path(base)).items() if name != ".lock"}
