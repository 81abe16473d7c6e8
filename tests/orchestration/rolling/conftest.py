"""Fingerprints of code take seconds, and tests of their own."""

from __future__ import annotations

import pytest

from orchestration.rolling import plan, rolling_run


@pytest.fixture(autouse=True)
def _no_code_fingerprints(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (plan, rolling_run):
        monkeypatch.setattr(module, "code_fingerprint", lambda module: module)
