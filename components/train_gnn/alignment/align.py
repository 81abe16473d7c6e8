"""Rotates a trained network into the space of an earlier one, and tells how far the two agree."""

from __future__ import annotations

import dataclasses
import math
import tempfile
from pathlib import Path

import numpy
import torch

from components.embed_nodes.embed import embed_at_instant
from components.embed_nodes.known_edges import known_edges
from components.embed_nodes.layer_vectors import NodeMask
from components.train_gnn.alignment.earlier_network import EarlierNetwork
from components.train_gnn.alignment.products import Matrix, Products, products_of
from components.train_gnn.alignment.rotation import best_rotation, composed
from components.train_gnn.graph_tables import GraphTables
from components.train_gnn.network import GraphNetwork
from schemas.errors import ContractError
from schemas.instants import Instant, format_instant

EVERY_KIND = "every_kind"


@dataclasses.dataclass(frozen=True)
class Agreement:
    """How far two networks agree on the nodes that both days know.

    Attributes:
        nodes: How many were compared.
        cosine_before: Mean cosine of a node's two vectors without the rotation.
        cosine_after: With it.
        relative_residual: Length of all differences after the rotation over the length of all earlier vectors.
    """

    nodes: int
    cosine_before: float
    cosine_after: float
    relative_residual: float


def align(
    network: GraphNetwork, earlier: EarlierNetwork, tables: GraphTables, instant: Instant
) -> dict[str, Agreement]:
    """Sets the network's rotation so that its embeddings lie as close to the earlier network's as a rotation can.

    Both embed today's graph as it was known at the instant, so that only their weights differ. Compared are nodes that
    had an edge before the earlier network's end and have one in today's graph.

    Args:
        network: The trained network, on the CPU; its rotation is changed.
        earlier: The network to agree with.
        tables: Today's train graph.
        instant: The end of today's training days.

    Returns:
        By kind of node, and for EVERY_KIND, where each kind counts the same for the cosines.

    Raises:
        ContractError: No node can be compared, or the embeddings are not numbers.
    """
    shared = _shared_nodes(tables, earlier.known_before, instant)
    known = known_edges(tables, instant, instant)
    with tempfile.TemporaryDirectory(prefix="alignment_") as folder:
        folders = [Path(folder) / name for name in ("moved", "fixed")]
        for each in folders:
            each.mkdir()
        moved = embed_at_instant(network, tables, known, folders[0], shared)
        fixed = embed_at_instant(earlier.network, tables, known, folders[1], shared)
        products = {kind: products_of(moved[kind], fixed[kind], numpy.flatnonzero(shared[kind])) for kind in shared}
    products = {kind: each for kind, each in products.items() if each.nodes}
    if not products:
        raise ContractError(
            f"no node of the train graph had an edge before the earlier network's end "
            f"{format_instant(earlier.known_before)}; train without an earlier network"
        )
    if not all(math.isfinite(each.moved_square + each.fixed_square) for each in products.values()):
        raise ContractError("embeddings are not numbers, and cannot be aligned; lower the learning rate")
    rotation = best_rotation(products.values())
    network.rotation.copy_(torch.from_numpy(composed(network.rotation.numpy(), rotation)))
    return _agreements(products, rotation)


def _agreements(products: dict[str, Products], rotation: Matrix) -> dict[str, Agreement]:
    identity = numpy.eye(len(rotation))
    result = {
        kind: Agreement(
            nodes=each.nodes,
            cosine_before=each.mean_cosine(identity),
            cosine_after=each.mean_cosine(rotation),
            relative_residual=math.sqrt(each.squared_residual(rotation) / each.fixed_square),
        )
        for kind, each in products.items()
    }
    residual = sum(each.squared_residual(rotation) for each in products.values())
    every = Agreement(
        nodes=sum(each.nodes for each in result.values()),
        cosine_before=float(numpy.mean([each.cosine_before for each in result.values()])),
        cosine_after=float(numpy.mean([each.cosine_after for each in result.values()])),
        relative_residual=math.sqrt(residual / sum(each.fixed_square for each in products.values())),
    )
    return result | {EVERY_KIND: every}


def _shared_nodes(tables: GraphTables, earlier: Instant, now: Instant) -> dict[str, NodeMask]:
    """Nodes with an edge at both instants, by kind."""
    then, today = known_edges(tables, earlier, earlier), known_edges(tables, now, now)
    return {kind: (then.in_degree(kind) > 0) & (today.in_degree(kind) > 0) for kind in tables.nodes}
