"""Embeddings of a graph as it was known at one instant, outside the steps: for alignment and comparisons."""

from __future__ import annotations

from pathlib import Path

import numpy

from components.embed_nodes.known_edges import KnownEdges
from components.embed_nodes.layer_by_layer import compute_embeddings
from components.embed_nodes.layer_vectors import LayerVectors, NodeMask
from components.embed_nodes.settings import EmbeddingSettings
from components.train_gnn.graph_tables import GraphTables
from components.train_gnn.network import GraphNetwork
from schemas.graph_artifact import FloatArray


def embed_at_instant(
    network: GraphNetwork,
    tables: GraphTables,
    known: KnownEdges,
    folder: Path,
    wanted: dict[str, NodeMask] | None = None,
) -> dict[str, FloatArray]:
    """Embeds nodes from everything known strictly before an instant.

    Args:
        network: The trained network, on the CPU.
        tables: The graph's features.
        known: Its edges at the instant.
        folder: For the vectors of all layers; empty. Remove it when the embeddings are no longer needed.
        wanted: Whose embeddings are asked for, by kind; those of all other nodes are zeros. None: of every node.

    Returns:
        By the kinds of `wanted`, memory-mapped [nodes, size].
    """
    if wanted is None:
        wanted = {kind: numpy.ones(count, dtype=bool) for kind, count in tables.nodes.items()}
    network.eval()
    vectors = LayerVectors(folder, tables.nodes, network.layers)
    compute_embeddings(network, tables, known, vectors, wanted, EmbeddingSettings())
    return {kind: vectors.read(network.layers, kind, len(network.rotation)) for kind in wanted}
