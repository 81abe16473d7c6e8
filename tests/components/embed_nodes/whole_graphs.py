"""Random graphs, networks and refreshes for the tests of embed_nodes."""

from __future__ import annotations

import contextlib
import dataclasses
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy
import pyarrow
import torch

from components.embed_nodes.earlier import EarlierEmbeddings
from components.embed_nodes.refreshes import Refreshes
from components.embed_nodes.settings import EmbeddingSettings
from components.train_gnn.graph_tables import GraphTables
from components.train_gnn.network import GraphNetwork
from components.train_gnn.settings import MessageSettings, NetworkSettings
from schemas.graph_artifact import Edges, EdgeType, FloatArray, IntArray
from tests.components.train_gnn.random_graphs import random_tables

SECOND = 10**6
SIZE = 8


def make_network(encoder: str, tables: GraphTables, **options: Any) -> GraphNetwork:
    torch.manual_seed(1)
    network = GraphNetwork(NetworkSettings(encoder=encoder, embedding_size=SIZE, **options), tables)
    with torch.no_grad():  # away from the start, where parts of contrast are zero
        for parameter in network.parameters():
            parameter.add_(0.2 * torch.randn_like(parameter))
    return network.eval()


def in_seconds(tables: GraphTables) -> GraphTables:
    """The same graph at the scale of settings, whose shortest duration is a second, and with dwells."""

    def dwells(edge_type: EdgeType, edges: Edges) -> FloatArray:
        # Of the time alone: a click reads the same in both directions.
        drawn = numpy.log1p((edges.time * 7_919) % 300).astype(numpy.float32)
        return drawn if "click" in edge_type[1] else edges.weight

    return dataclasses.replace(
        tables,
        edges={
            edge_type: dataclasses.replace(edges, time=edges.time * SECOND, weight=dwells(edge_type, edges))
            for edge_type, edges in tables.edges.items()
        },
        orders=dataclasses.replace(tables.orders, time=tables.orders.time * SECOND),
    )


def graph_in_seconds(seed: int, users: int, contents: int, views: int) -> GraphTables:
    """A random graph from 0 to 1,000 seconds."""
    return in_seconds(random_tables(seed, users=users, contents=contents, views=views))


def node_counts(tables: GraphTables) -> dict[str, int]:
    return {"user": tables.users, "content": tables.contents, "brand": tables.brands}


def node_ids(tables: GraphTables) -> dict[str, pyarrow.Array]:
    return {kind: pyarrow.array([f"{kind}{n}" for n in range(count)]) for kind, count in node_counts(tables).items()}


def every_node(tables: GraphTables) -> dict[str, IntArray]:
    return {kind: numpy.arange(count) for kind, count in node_counts(tables).items()}


@contextlib.contextmanager
def refreshing(
    network: GraphNetwork,
    tables: GraphTables,
    window: int = 300 * SECOND,
    settings: EmbeddingSettings | None = None,
    earlier: EarlierEmbeddings | None = None,
) -> Iterator[Refreshes]:
    with tempfile.TemporaryDirectory() as folder:
        yield Refreshes(
            network, tables, node_ids(tables), window, settings or EmbeddingSettings(), Path(folder), earlier
        )


def embed(
    network: GraphNetwork,
    tables: GraphTables,
    instant: int,
    wanted: dict[str, IntArray] | None = None,
    **options: Any,
) -> dict[str, FloatArray]:
    """Embeddings from scratch."""
    wanted = wanted or every_node(tables)
    with refreshing(network, tables, **options) as refreshes:
        refreshes.at(instant, wanted)
        return {kind: numpy.array(refreshes.embedding(kind, nodes, SIZE)) for kind, nodes in wanted.items()}


def dwelling(**options: Any) -> dict[str, Any]:
    return {"messages": MessageSettings(dwell=True, **options)}
