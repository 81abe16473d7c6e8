"""The tiny bundle on disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sources.official_bundle import tiny_bundle, write_bundle


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return write_bundle(tmp_path / "bundle", tiny_bundle())
