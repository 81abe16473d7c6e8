"""Fixtures that tests of several folders share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import hypothesis
import pytest

if TYPE_CHECKING:
    from tests.storage_emulator import StorageEmulator

# A process that has called gRPC and then starts Spark forks, and gRPC's handlers abort many children of such a fork
# before they become Java. No code of ours does both; the tests of one worker do.
os.environ["GRPC_ENABLE_FORK_SUPPORT"] = "0"


@pytest.fixture
def storage_emulator(monkeypatch: pytest.MonkeyPatch) -> Iterator[StorageEmulator]:
    """An empty Google Cloud Storage that google-cloud-storage uses during the test; it retries after short pauses."""
    from schemas.remote import retrying
    from tests.storage_emulator import StorageEmulator

    monkeypatch.setattr(retrying, "FIRST_PAUSE", 0.01)
    emulator = StorageEmulator()
    with emulator.serve():
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", emulator.url)
        yield emulator


hypothesis.settings.register_profile(
    "default_without_shrinking",
    # How long one example takes says more about the machine's other work than about the code.
    deadline=None,
    # Shrinking an example that writes folders takes minutes; the seed that is printed finds it again.
    phases=[phase for phase in hypothesis.Phase if phase is not hypothesis.Phase.shrink],
    print_blob=True,
)
hypothesis.settings.load_profile("default_without_shrinking")
