"""The client's vectors come out of the store that is published to; a store that is away is told from a cold user."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy
import pytest

from components.publish_embeddings.publish import publish_users
from schemas.feature_store import FeatureStoreSettings
from schemas.step_report import StepReport
from serving.feast_user_vectors import FeastUserVectors
from serving.user_vectors import CachedUserVectors, UserVectorsUnavailableError
from tests.components.publish_embeddings.stores import AS_OF, LATER, sqlite_store, users, vector, write_version

pytest.importorskip("feast", reason="feast is missing: pip install 'frontrow[features]'")


@pytest.fixture
def settings(tmp_path: Path) -> FeatureStoreSettings:
    """A store with one space."""
    settings = sqlite_store(tmp_path)
    publish_users(write_version(tmp_path / "one", "one", AS_OF, users(3)), AS_OF, settings, StepReport("publish", 0.0))
    return settings


def test_a_users_vector_by_space_and_nothing_for_cold_users(settings: FeatureStoreSettings) -> None:
    store = CachedUserVectors(FeastUserVectors(settings))
    found = store.vector("one", users(3)[2])
    numpy.testing.assert_array_equal(found, vector(users(3)[2], AS_OF))
    assert store.vector("one", "nobody") is None
    assert store.vector("another", users(3)[2]) is None


def test_a_space_and_a_version_published_later_are_found_without_opening_anew(
    settings: FeatureStoreSettings, tmp_path: Path
) -> None:
    now = [0.0]
    store = FeastUserVectors(settings, registry_seconds=60, clock=lambda: now[0])
    user = users(1)[0]
    assert store.vector("two", user) is None
    for space in ("one", "two"):
        written = write_version(tmp_path / f"later-{space}", space, LATER, users(3))
        publish_users(written, LATER, settings, StepReport("publish", 0.0))
    numpy.testing.assert_array_equal(store.vector("one", user), vector(user, LATER))
    assert store.vector("two", user) is None, "the registry is not read with every page"
    now[0] = 61
    numpy.testing.assert_array_equal(store.vector("two", user), vector(user, LATER))


def test_a_store_that_does_not_answer_is_no_cold_user(settings: FeatureStoreSettings, tmp_path: Path) -> None:
    away = settings.model_copy(update={"online_store": "redis", "redis": "localhost:1"})
    with pytest.raises(UserVectorsUnavailableError, match="start the server"):
        FeastUserVectors(away).vector("one", users(1)[0])
    damaged = tmp_path / "damaged.db"
    damaged.write_bytes(b"not a database, but long enough to be looked at as one" * 100)
    with pytest.raises(UserVectorsUnavailableError, match="database"):
        FeastUserVectors(settings.model_copy(update={"sqlite_path": str(damaged)})).vector("one", users(1)[0])


def test_importing_and_making_one_does_not_import_feast() -> None:
    program = (
        "import sys; from serving.feast_user_vectors import FeastUserVectors; "
        "from schemas.feature_store import FeatureStoreSettings; FeastUserVectors(FeatureStoreSettings()); "
        "sys.exit('feast' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
