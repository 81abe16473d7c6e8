"""Takes over from an earlier embedding store the vectors that a new computation would only repeat."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy
import pyarrow
import pyarrow.compute

from components.embed_nodes.changes import everything, invalidate
from components.embed_nodes.fingerprints import Fingerprints
from components.embed_nodes.known_edges import KnownEdges
from components.embed_nodes.layer_vectors import LayerVectors
from components.train_gnn.network_artifact import weights_of
from schemas.artifact_meta import require_known_before
from schemas.embedding_store import EmbeddingStore
from schemas.errors import ContractError
from schemas.instants import Instant, format_instant


@dataclasses.dataclass(frozen=True)
class EarlierEmbeddings:
    """An embedding store to take vectors from.

    Attributes:
        store: The store.
        first: The instant whose vectors the first refresh starts from.
        others: Later instants of the store: a refresh at one of them starts from its vectors.
    """

    store: EmbeddingStore
    first: Instant
    others: frozenset[Instant] = frozenset()


def find_earlier(root: Path, instant: Instant | None, space: str, weights: str, first: Instant) -> EarlierEmbeddings:
    """The embeddings to start from.

    Args:
        root: The earlier store.
        instant: Which of its instants; None for the last one at or before `first`.
        space: The network's space.
        weights: The fingerprint of the network's weights.
        first: The first refresh that is to be embedded.

    Raises:
        ContractError: They are not there, are of another space or of other weights of that space, or know more than
            the refresh may.
    """
    store = EmbeddingStore(root, space)
    there = store.instants()
    if instant is None:
        instant = max((each for each in there if each <= first), default=None)
    if instant is None or instant not in there:
        wanted = f"at or before {format_instant(first)}" if instant is None else f"as of {format_instant(instant)}"
        found = ", ".join(sorted(path.name for path in Path(root).glob("space=*"))) or "none"
        raise ContractError(
            f"{root}: no embeddings of space {space} {wanted} (spaces there: {found}); name a store that the same "
            "network made, or leave it out to compute everything"
        )
    require_known_before(store.meta(instant), first, store.folder(instant))
    others = frozenset(each for each in there if each > instant)
    for each in (instant, *others):
        made_from = weights_of(store.meta(each))
        if made_from != weights:
            raise ContractError(
                f"{store.folder(each)}: made from weights {made_from} of space {space}, the network has weights "
                f"{weights}; vectors of both would stand side by side: leave the store out to compute everything"
            )
    return EarlierEmbeddings(store, instant, others)


def take_over(
    store: EmbeddingStore,
    instant: Instant,
    vectors: LayerVectors,
    ids: dict[str, pyarrow.Array],
    fingerprints: Fingerprints,
    now: KnownEdges,
    edges_at_a_time: int,
) -> None:
    """Copies the earlier embeddings and marks those valid that no change reaches.

    Args:
        store: The earlier store.
        instant: Which of its instants to start from.
        vectors: Receives them.
        ids: Of the present graph's nodes, by kind.
        fingerprints: Of the present graph's nodes.
        now: The present graph's edges.
        edges_at_a_time: How many edges may be looked at together.
    """
    changes = everything(now.nodes)
    for kind, column in ids.items():
        read = store.read(instant, kind)
        if read.made_from is None:
            continue  # written by an older release: nothing says what it was made from
        place = pyarrow.compute.index_in(read.ids, value_set=column)
        found = numpy.flatnonzero(place.is_valid().to_numpy(zero_copy_only=False))
        node = place.drop_null().to_numpy().astype(numpy.int64)
        vectors.write(vectors.layers, kind, node, read.embedding[found])
        changes.inputs[kind][node] = read.made_from[found, 0] != fingerprints.inputs[kind][node]
        changes.edges[kind][node] = read.made_from[found, 1] != fingerprints.edges[kind][node]
    invalidate(vectors, changes, now, edges_at_a_time)
