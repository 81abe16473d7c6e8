"""From refresh to refresh: each computes only what changed since the one before it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy
import pyarrow

from components.embed_nodes.changes import changes_between, everything, invalidate
from components.embed_nodes.earlier import EarlierEmbeddings, take_over
from components.embed_nodes.fingerprints import Fingerprints, FingerprintTaker
from components.embed_nodes.known_edges import KnownEdges, known_edges
from components.embed_nodes.layer_by_layer import compute_embeddings
from components.embed_nodes.layer_vectors import LayerVectors
from components.embed_nodes.settings import EmbeddingSettings
from components.train_gnn.graph_tables import GraphTables
from components.train_gnn.network import GraphNetwork
from schemas.embedding_store import EmbeddingStore
from schemas.graph_artifact import FloatArray, IntArray
from schemas.instants import Duration, Instant


@dataclasses.dataclass(frozen=True)
class Refreshed:
    """The wanted embeddings at one instant.

    Attributes:
        known: The edges at the instant.
        fingerprints: Of every node.
        recomputed: How many embeddings were computed, by kind; the others are as they were.
    """

    known: KnownEdges
    fingerprints: Fingerprints
    recomputed: dict[str, int]


class Refreshes:
    """Embeds one graph at one instant after the other.

    Args:
        network: The trained network.
        tables: The graph, which reaches up to the last instant.
        ids: Node ids by kind.
        window: How far views and clicks reach back from each instant, microseconds.
        settings: How to compute.
        folder: For the temporary files of the layers' vectors.
        earlier: Embeddings to start from, where there are any.
    """

    def __init__(
        self,
        network: GraphNetwork,
        tables: GraphTables,
        ids: dict[str, pyarrow.Array],
        window: Duration,
        settings: EmbeddingSettings,
        folder: Path,
        earlier: EarlierEmbeddings | None = None,
    ) -> None:
        self.network, self.tables, self.ids = network, tables, ids
        self.window, self.settings, self.earlier = window, settings, earlier
        self.vectors = LayerVectors(folder, {kind: len(column) for kind, column in ids.items()}, network.layers)
        self.taker = FingerprintTaker(tables, ids, network, settings.edges_at_a_time)
        self.before: KnownEdges | None = None

    def everything_because(self) -> str | None:
        """Why each refresh computes everything anew; None where it need not."""
        if self.network.messages.half_life is not None:
            return "messages.half_life makes every view and click lighter at each refresh"
        if not self.settings.incremental:
            return "the setting 'incremental' is off"
        return None

    def at(self, instant: Instant, wanted: dict[str, IntArray]) -> Refreshed:
        """Makes the wanted embeddings those of an instant.

        Args:
            instant: The refresh.
            wanted: Node indices by kind.
        """
        known = known_edges(self.tables, instant, self.window)
        nodes, at_a_time = known.nodes, self.settings.edges_at_a_time
        if self.before is None:
            changes = everything(nodes)
        else:
            changes = changes_between(self.before, known, self.tables, self.network.messages, at_a_time)
        fingerprints = self.taker.update(changes, known)
        anew = self.everything_because() is not None
        invalidate(self.vectors, everything(nodes) if anew else changes, known, at_a_time)
        start = None if anew else self._start(instant)
        if start is not None:
            take_over(start[0], start[1], self.vectors, self.ids, fingerprints, known, at_a_time)
        masks = {kind: numpy.zeros(count, dtype=bool) for kind, count in nodes.items()}
        for kind, chosen in wanted.items():
            masks[kind][chosen] = True
        recomputed = compute_embeddings(self.network, self.tables, known, self.vectors, masks, self.settings)
        self.before = known
        return Refreshed(known, fingerprints, recomputed)

    def _start(self, instant: Instant) -> tuple[EmbeddingStore, Instant] | None:
        """What to take vectors from, if there is something nearer than the refresh before."""
        if self.earlier is None:
            return None
        if self.before is None:
            return self.earlier.store, self.earlier.first
        return (self.earlier.store, instant) if instant in self.earlier.others else None

    def embedding(self, kind: str, nodes: IntArray, size: int) -> FloatArray:
        """Embeddings at the last instant, memory-mapped [nodes, size]."""
        return self.vectors.embedding(kind, nodes, size)
