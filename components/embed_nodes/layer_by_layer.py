"""Exact full-neighbourhood message passing, layer by layer over the memory-mapped graph, in bounded memory."""

from __future__ import annotations

import numpy
import torch

from components.embed_nodes.input_vectors import input_vectors
from components.embed_nodes.known_edges import KnownEdges, parts
from components.embed_nodes.layer_vectors import LayerVectors, NodeMask, consecutive
from components.embed_nodes.needed_nodes import needed_nodes
from components.embed_nodes.settings import EmbeddingSettings
from components.embed_nodes.target_block import target_block
from components.train_gnn.graph_tables import GraphTables
from components.train_gnn.network import GraphNetwork
from schemas.graph_artifact import IntArray


@torch.no_grad()
def compute_embeddings(
    network: GraphNetwork,
    tables: GraphTables,
    known: KnownEdges,
    vectors: LayerVectors,
    wanted: dict[str, NodeMask],
    settings: EmbeddingSettings,
) -> dict[str, int]:
    """Makes the wanted embeddings valid, computing what they need and nothing else.

    Beside the vectors of the layers it holds one part of the nodes and edges at a time.

    Args:
        network: The trained network.
        tables: The graph's features.
        known: Its edges at the instant.
        vectors: Layer by layer; what is valid there is used as it is.
        wanted: Whose embeddings are asked for, by kind.
        settings: Sizes of the parts.

    Returns:
        How many embeddings of each kind were computed.
    """
    needed = needed_nodes(known, vectors, wanted, settings.edges_at_a_time)
    compute_inputs(network, tables, known, vectors, needed[0], settings)
    for number in range(vectors.layers):
        for kind, mask in needed[number + 1].items():
            nodes = numpy.flatnonzero(mask)
            for part in parts(known.in_degree(kind)[nodes], settings.nodes_at_a_time, settings.edges_at_a_time):
                _compute_layer(network, known, vectors, number, kind, nodes[part])
    return {kind: int(mask.sum()) for kind, mask in needed[-1].items()}


def compute_inputs(
    network: GraphNetwork,
    tables: GraphTables,
    known: KnownEdges,
    vectors: LayerVectors,
    needed: dict[str, NodeMask],
    settings: EmbeddingSettings,
) -> None:
    """Makes the needed input vectors valid."""
    if not any(mask.any() for mask in needed.values()):
        return
    articles = network.inputs.article_vectors()
    for kind, mask in needed.items():
        nodes = numpy.flatnonzero(mask)
        for part, values in input_vectors(
            network, tables, kind, nodes, known.instant, articles, settings.nodes_at_a_time
        ):
            vectors.write(0, kind, part, values)


def _compute_layer(
    network: GraphNetwork, known: KnownEdges, vectors: LayerVectors, number: int, kind: str, targets: IntArray
) -> None:
    """One layer's vectors of some targets."""
    made = target_block(known, kind, targets, network.messages)
    width = vectors.width(number)
    read = {}
    for source, nodes in made.sources.items():
        layer = vectors.read(number, source, width)
        read[source] = torch.from_numpy(layer if nodes is None else layer[consecutive(nodes)])
    result = network.forward_layer(number, read, made.block)[kind]
    vectors.write(number + 1, kind, targets, result[: len(targets)].numpy())
