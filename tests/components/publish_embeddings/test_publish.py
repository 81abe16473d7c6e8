"""What is published is read back by (space, user), from both online stores; no older vector replaces a younger one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy
import pytest

from components.publish_embeddings.prune import prune_spaces
from components.publish_embeddings.publish import publish_users
from schemas.embedding_store import EmbeddingStore
from schemas.errors import ContractError
from schemas.feature_store import FeatureStoreSettings, open_feature_store
from schemas.instants import NO_EVENT, Instant
from schemas.step_report import StepReport
from schemas.user_vectors import UserVectors, read_user_vectors, registered_spaces, require_published
from tests.components.publish_embeddings.stores import (
    AS_OF,
    LATER,
    SIZE,
    sqlite_store,
    users,
    vector,
    write_version,
)
from tests.redis_server import redis_server

pytest.importorskip("feast", reason="feast is missing: pip install 'frontrow[features]'")


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with redis_server(tmp_path_factory.mktemp("redis")) as address:
        yield address


@pytest.fixture(params=["sqlite", "redis"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> FeatureStoreSettings:
    """A store of the test's own; those on Redis tell themselves apart by their project."""
    sqlite = sqlite_store(tmp_path)
    if request.param == "sqlite":
        return sqlite
    address = request.getfixturevalue("redis")
    return sqlite.model_copy(update={"online_store": "redis", "redis": address, "project": tmp_path.name})


def publish(embeddings: EmbeddingStore, instant: Instant, settings: FeatureStoreSettings) -> float:
    """Publishes; returns how many users were written."""
    report = StepReport("publish", 0.0)
    publish_users(embeddings, instant, settings, report)
    return report.counts["written"]


def read(settings: FeatureStoreSettings, space: str, names: list[str]) -> UserVectors:
    feature_store = open_feature_store(settings)
    return read_user_vectors(feature_store, require_published(feature_store, space), names)


def assert_vectors(found: UserVectors, names: list[str], instant: Instant) -> None:
    numpy.testing.assert_array_equal(found.vectors, [vector(name, instant) for name in names])
    assert found.as_of.tolist() == [instant] * len(names)


def test_vectors_are_read_by_space_and_user(settings: FeatureStoreSettings, tmp_path: Path) -> None:
    names = users(8)
    for space, instant in (("one", AS_OF), ("two-2", LATER)):
        assert publish(write_version(tmp_path / space, space, instant, names), instant, settings) == 8
    assert_vectors(read(settings, "one", names[::-1]), names[::-1], AS_OF)
    assert_vectors(read(settings, "two-2", names), names, LATER)
    found = read(settings, "one", ["nobody", names[3], "nobody"])
    assert found.as_of.tolist() == [NO_EVENT, AS_OF, NO_EVENT]
    assert not found.vectors[[0, 2]].any()
    assert read(settings, "one", []).vectors.shape == (0, SIZE)


def test_an_older_version_that_comes_late_changes_nothing(settings: FeatureStoreSettings, tmp_path: Path) -> None:
    names = users(4)
    older = write_version(tmp_path / "store", "s", AS_OF, names)
    younger = write_version(tmp_path / "store", "s", LATER, names)
    assert publish(younger, LATER, settings) == 4
    assert publish(older, AS_OF, settings) == 0
    assert registered_spaces(open_feature_store(settings))["s"].as_of == LATER
    assert publish(younger, LATER, settings) == 0
    assert_vectors(read(settings, "s", names), names, LATER)


def test_an_older_version_leaves_what_a_killed_younger_one_has_written(
    settings: FeatureStoreSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither is marked as published then: only the vectors' own instants tell which is younger."""
    names = users(8)
    older = write_version(tmp_path / "store", "s", AS_OF, names)
    younger = write_version(tmp_path / "store", "s", LATER, names)
    kill_after_a_batch(younger, settings, monkeypatch)
    with pytest.raises(ContractError, match=r"no vectors of space 's'.*publish them first"):
        read(settings, "s", names)
    assert publish(older, AS_OF, settings) == 5
    found = read(settings, "s", names)
    assert found.as_of.tolist() == [LATER] * 3 + [AS_OF] * 5
    assert publish(younger, LATER, settings) == 5
    assert_vectors(read(settings, "s", names), names, LATER)


def kill_after_a_batch(
    embeddings: EmbeddingStore, settings: FeatureStoreSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Publishes the youngest version and dies when the second batch of users comes."""
    import feast

    write = feast.FeatureStore.write_to_online_store
    batches = iter(range(1))

    def write_one(store: Any, *arguments: Any) -> None:
        if next(batches, None) is None:
            raise KeyboardInterrupt
        write(store, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(feast.FeatureStore, "write_to_online_store", write_one)
        with pytest.raises(KeyboardInterrupt):
            publish(embeddings, embeddings.instants()[-1], settings)


def test_pruning_removes_the_vectors_of_other_spaces_only(settings: FeatureStoreSettings, tmp_path: Path) -> None:
    names = users(5)
    for space in ("kept", "old"):
        publish(write_version(tmp_path / space, space, AS_OF, names), AS_OF, settings)
    assert prune_spaces(settings, ["kept", "unknown"]) == ["old"]
    assert list(registered_spaces(open_feature_store(settings))) == ["kept"]
    assert_vectors(read(settings, "kept", names), names, AS_OF)
    with pytest.raises(ContractError, match="no vectors of space 'old', there are those of"):
        read(settings, "old", names)
    # Nothing of it is left: the same space, published anew with other users, holds these alone.
    publish(write_version(tmp_path / "again", "old", AS_OF, ["another"]), AS_OF, settings)
    assert read(settings, "old", [*names, "another"]).as_of.tolist() == [NO_EVENT] * 5 + [AS_OF]
    assert prune_spaces(settings, ["kept", "old"]) == []
    with pytest.raises(ContractError, match="no space to keep"):
        prune_spaces(settings, [])


def test_of_two_networks_that_embed_the_same_instant_the_first_to_publish_stays(tmp_path: Path) -> None:
    """A daily run and a refresh of the network before: neither fails, and the next refresh replaces the vectors."""
    settings = sqlite_store(tmp_path)
    names = users(2)
    publish(write_version(tmp_path / "store", "s", AS_OF, names), AS_OF, settings)
    other = write_version(tmp_path / "other", "s", AS_OF, [*names, "another"], weights="v")
    report = StepReport("publish", 0.0)
    published, reason = publish_users(other, AS_OF, settings, report)
    assert not published
    assert reason == "space s is published as of 2026-03-09T00:00:00Z already, from weights w; these are from weights v"
    assert report.counts == {"users": 3, "written": 0}
    assert read(settings, "s", [*names, "another"]).as_of.tolist() == [AS_OF, AS_OF, NO_EVENT]
    write_version(tmp_path / "other", "s", LATER, names, weights="v")
    assert publish(other, LATER, settings) == 2
    assert registered_spaces(open_feature_store(settings))["s"].weights == "v"


def test_what_does_not_go_with_its_space_is_refused(tmp_path: Path) -> None:
    settings = sqlite_store(tmp_path)
    publish(write_version(tmp_path / "store", "s", AS_OF, users(2)), AS_OF, settings)
    with pytest.raises(ContractError, match=r"vectors of 4 values are published, these have 5"):
        publish(write_version(tmp_path / "longer", "s", LATER, users(2), size=5), LATER, settings)
    assert_vectors(read(settings, "s", users(2)), users(2), AS_OF)


def test_a_space_must_be_published_up_to_the_instant_that_is_needed(tmp_path: Path) -> None:
    settings = sqlite_store(tmp_path)
    publish(write_version(tmp_path / "store", "s", AS_OF, users(2)), AS_OF, settings)
    feature_store = open_feature_store(settings)
    assert require_published(feature_store, "s", AS_OF).users == 2
    with pytest.raises(ContractError, match=r"are of 2026-03-09T00:00:00Z, needed are those of 2026-03-09T00:30:00Z"):
        require_published(feature_store, "s", LATER)
