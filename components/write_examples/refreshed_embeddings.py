"""Embeddings as each request could have had them: those of the last refresh before it."""

from __future__ import annotations

import dataclasses

import numpy
import pyarrow
import pyarrow.compute

from schemas.embedding_store import EmbeddingStore, NodeEmbeddings
from schemas.embedding_versions import EmbeddingVersion
from schemas.errors import ContractError
from schemas.graph_artifact import FloatArray, IntArray
from schemas.instants import Instant, format_instant, parse_instant


def check_embeddings(store: EmbeddingStore, instants: list[Instant]) -> None:
    """Refuses embeddings that are missing or know too much (rules 5 and 8).

    Args:
        store: The embeddings of one space.
        instants: Every refresh that a row may see.

    Raises:
        ContractError: An instant is missing, is of another space, holds an event that is not before it, or comes from
            weights that are younger than it.
    """
    missing = sorted(set(instants) - set(store.instants()))
    if missing:
        raise ContractError(
            f"{store.root}: no embeddings of space {store.space} for {len(missing)} of {len(instants)} refreshes, the "
            f"first is {format_instant(missing[0])}; run embed_nodes for every refresh that a row sees"
        )
    for instant in instants:
        # Reading the meta checks the space, the instant, and that the youngest event lies before it.
        known = store.meta(instant).details.get("weights_known_before")
        if known is None:
            raise ContractError(
                f"{store.folder(instant)}: its meta.json has no 'weights_known_before' in details, so that nothing "
                "tells how young the network's weights are; run embed_nodes anew"
            )
        if parse_instant(known) > instant:
            raise ContractError(
                f"{store.folder(instant)}: its network was trained on edges up to {known}, later than the refresh "
                f"{format_instant(instant)}; embed with a network of an earlier network_end"
            )


def weights_of_refreshes(store: EmbeddingStore, instants: list[Instant]) -> tuple[str, ...]:
    """Fingerprints of the networks that made the embeddings: networks of several days may share a space.

    Args:
        store: The embeddings, checked.
        instants: Every refresh that a row may see.
    """
    # Before networks could share a space, the space was the fingerprint.
    return tuple(sorted({str(store.meta(instant).details.get("weights", store.space)) for instant in instants}))


@dataclasses.dataclass(frozen=True)
class JoinedEmbeddings:
    """Vectors of nodes, each of the version that its row was joined to.

    Attributes:
        vectors: float32; zeros for nodes that a version does not hold [rows, size].
        has_edges: 1 where the node has a view before the refresh, float32 [rows].
        as_of: What the version that was read says of itself, int64 microseconds [rows].
    """

    vectors: FloatArray
    has_edges: FloatArray
    as_of: IntArray


class RefreshedEmbeddings:
    """Looks up embeddings of users and contents in the version that each row sees.

    Args:
        store: The embeddings, checked.
        first: Any instant of the store, for the size of its vectors.
    """

    def __init__(self, store: EmbeddingStore, first: Instant) -> None:
        self._store = store
        self._cached: dict[str, tuple[Instant, EmbeddingVersion, NodeEmbeddings]] = {}
        self.size: int = store.read(first, "content").embedding.shape[1]
        """Values of one vector."""
        self.versions: dict[Instant, EmbeddingVersion] = {}
        """Every version that was joined to a row so far, by its instant."""

    def at(self, kind: str, ids: pyarrow.Array, node: IntArray, version: IntArray) -> JoinedEmbeddings:
        """Vectors of nodes, each of its row's version.

        Args:
            kind: `user` or `content`.
            ids: Ids of nodes [nodes].
            node: Position in `ids` [rows].
            version: The instant of the embeddings that the row sees, int64 microseconds, ascending [rows].
        """
        vectors = numpy.zeros((len(node), self.size), numpy.float32)
        has_edges = numpy.zeros(len(node), numpy.float32)
        as_of = numpy.zeros(len(node), numpy.int64)
        instants, starts = numpy.unique(version, return_index=True)
        for instant, start, stop in zip(instants, starts, [*starts[1:], len(version)], strict=True):
            read, table = self._read(int(instant), kind)
            as_of[start:stop] = read.as_of
            used, row = numpy.unique(node[start:stop], return_inverse=True)
            position = pyarrow.compute.index_in(ids.take(pyarrow.array(used)), table.ids).fill_null(-1).to_numpy()[row]
            known = numpy.flatnonzero(position >= 0)
            vectors[start + known] = table.embedding[position[known]]
            has_edges[start + known] = table.views[position[known]] > 0
        return JoinedEmbeddings(vectors, has_edges, as_of)

    def _read(self, instant: Instant, kind: str) -> tuple[EmbeddingVersion, NodeEmbeddings]:
        """Keeps the last instant: rows come in the order of time, and files end within a refresh."""
        cached = self._cached.get(kind)
        if cached is None or cached[0] != instant:
            table = self._store.read(instant, kind)
            if table.embedding.shape[1] != self.size:
                raise ContractError(
                    f"{self._store.folder(instant)}: {kind} vectors have {table.embedding.shape[1]} values, "
                    f"those of other refreshes {self.size}; embed every refresh with one network"
                )
            version = EmbeddingVersion.of(self._store.meta(instant))
            self.versions[version.as_of] = version
            self._cached[kind] = cached = (instant, version, table)
        return cached[1:]
