"""Embeddings by space and instant: what was written is read, and spaces never meet."""

from __future__ import annotations

from pathlib import Path

import numpy
import pyarrow
import pytest

from schemas.artifact_meta import ArtifactMeta
from schemas.embedding_store import EmbeddingStore, NodeEmbeddings
from schemas.errors import ContractError
from schemas.instants import HOUR, format_instant, parse_instant

NOON = parse_instant("2026-03-09T12:00:00Z")


def nodes(seed: int = 0, count: int = 5) -> NodeEmbeddings:
    generator = numpy.random.default_rng(seed)
    return NodeEmbeddings(
        ids=pyarrow.array([f"node{number}" for number in range(count)]),
        embedding=generator.normal(size=(count, 8)).astype(numpy.float32),
        views=generator.integers(0, 100, count),
        cold=generator.random(count) < 0.5,
    )


def meta(space: str, instant: int) -> ArtifactMeta:
    return ArtifactMeta(
        kind="embeddings", as_of=format_instant(instant), largest_event_time=format_instant(instant - 1), space=space
    )


@pytest.mark.parametrize("count", [0, 5])
def test_what_was_written_is_read(tmp_path: Path, count: int) -> None:
    store, written = EmbeddingStore(tmp_path, "one"), nodes(count=count)
    store.write(NOON, {"user": written}, meta("one", NOON))
    read = EmbeddingStore(tmp_path).read(NOON, "user")
    assert read.ids.to_pylist() == written.ids.to_pylist()
    assert read.embedding.dtype == numpy.float32
    numpy.testing.assert_array_equal(read.embedding, written.embedding)
    numpy.testing.assert_array_equal(read.views, written.views)
    numpy.testing.assert_array_equal(read.cold, written.cold)


def test_instants_are_listed_oldest_first(tmp_path: Path) -> None:
    store = EmbeddingStore(tmp_path, "one")
    for instant in (NOON, NOON - HOUR, NOON + 24 * HOUR):
        store.write(instant, {"user": nodes()}, meta("one", instant))
    assert store.instants() == [NOON - HOUR, NOON, NOON + 24 * HOUR]
    assert store.folder(NOON) == tmp_path / "space=one" / "as_of=202603091200"


def test_embeddings_of_another_space_or_instant_are_not_written(tmp_path: Path) -> None:
    store = EmbeddingStore(tmp_path, "one")
    for wrong in (meta("two", NOON), meta("one", NOON - HOUR)):
        with pytest.raises(ContractError, match="do not belong to space one as of 2026-03-09T12:00:00Z"):
            store.write(NOON, {"user": nodes()}, wrong)
    assert list(tmp_path.iterdir()) == []


def test_an_instant_is_of_one_network(tmp_path: Path) -> None:
    """Networks of several days share a space; what one of them made is not replaced by another's unnoticed."""
    store = EmbeddingStore(tmp_path, "one")
    first, second = (meta("one", NOON).model_copy(update={"details": {"weights": name}}) for name in ("a1", "b2"))
    store.write(NOON, {"user": nodes(1)}, first)
    with pytest.raises(ContractError, match=r"as_of=202603091200: holds embeddings from weights a1, .* weights b2"):
        store.write(NOON, {"user": nodes(2)}, second)
    numpy.testing.assert_array_equal(store.read(NOON, "user").embedding, nodes(1).embedding)
    store.write(NOON, {"user": nodes(2)}, first)
    store.write(NOON + HOUR, {"user": nodes(2)}, second.model_copy(update={"as_of": format_instant(NOON + HOUR)}))


def test_embeddings_moved_to_another_space_or_instant_are_not_read(tmp_path: Path) -> None:
    EmbeddingStore(tmp_path, "one").write(NOON, {"user": nodes()}, meta("one", NOON))
    (tmp_path / "space=one").rename(tmp_path / "space=two")
    with pytest.raises(ContractError, match=r"holds space one as of .*, needed space two"):
        EmbeddingStore(tmp_path, "two").read(NOON, "user")
    store = EmbeddingStore(tmp_path, "two")
    store.folder(NOON).rename(store.folder(NOON + HOUR))
    with pytest.raises(ContractError, match="needed space two as of 2026-03-09T13:00:00Z"):
        store.meta(NOON + HOUR)


def test_a_folder_with_several_spaces_must_be_told_which(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"exactly one space, found \[\]"):
        EmbeddingStore(tmp_path)
    for space in ("one", "two"):
        EmbeddingStore(tmp_path, space).write(NOON, {"user": nodes()}, meta(space, NOON))
    with pytest.raises(ContractError, match="'one', 'two'"):
        EmbeddingStore(tmp_path)


def test_an_instant_that_was_not_embedded_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="not a complete embeddings artifact"):
        EmbeddingStore(tmp_path, "one").read(NOON, "user")
