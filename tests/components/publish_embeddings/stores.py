"""Small embeddings, and feature stores of a test's own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy
import pyarrow

from schemas.artifact_meta import ArtifactMeta
from schemas.embedding_store import EmbeddingStore, NodeEmbeddings
from schemas.feature_store import FeatureStoreSettings
from schemas.graph_artifact import NODE_KINDS, FloatArray
from schemas.instants import HOUR, Instant, format_instant, parse_instant

SIZE = 4
AS_OF: Instant = parse_instant("2026-03-09T00:00:00Z")
LATER: Instant = AS_OF + HOUR // 2


def users(count: int) -> list[str]:
    return [f"usér{number}" for number in range(count)]


def vector(user: str, instant: Instant, size: int = SIZE) -> FloatArray:
    """The vector of a user at an instant; no two are the same."""
    seed = [*user.encode(), instant // HOUR, instant % HOUR]
    return numpy.random.default_rng(seed).normal(size=size).astype(numpy.float32)


def write_version(
    root: Path, space: str, instant: Instant, ids: Sequence[str], weights: str = "w", size: int = SIZE
) -> EmbeddingStore:
    """Writes one version of the embeddings."""
    store = EmbeddingStore(root, space)
    embedding = numpy.array([vector(user, instant, size) for user in ids], numpy.float32)
    none = numpy.zeros(len(ids), numpy.int64)
    nodes = NodeEmbeddings(pyarrow.array(ids), embedding, none, none == 0)
    meta = ArtifactMeta(
        kind="embeddings",
        as_of=format_instant(instant),
        largest_event_time=format_instant(instant - 1),
        space=space,
        counts={kind: len(ids) for kind in NODE_KINDS},
        details={"weights": weights},
    )
    store.write(instant, dict.fromkeys(NODE_KINDS, nodes), meta)
    return store


def sqlite_store(folder: Path) -> FeatureStoreSettings:
    """An embedded store that writes three users at a time."""
    return FeatureStoreSettings(
        registry=str(folder / "registry.db"), sqlite_path=str(folder / "online.db"), rows_at_a_time=3
    )
