"""Embeddings at an instant: exact, equal to training with all neighbours, and blind to what comes later."""

from __future__ import annotations

import dataclasses

import numpy
import pytest
import torch

from components.embed_nodes.embed import embed_at_instant
from components.embed_nodes.graph_at_instant import graph_at_instant
from components.train_gnn.graph_tables import GraphTables
from components.train_gnn.link_batches import embed_link_ends, link_loader
from components.train_gnn.network import GraphNetwork
from components.train_gnn.sampler import TimeRespectingSampler
from components.train_gnn.settings import NetworkSettings
from components.train_gnn.supervision import Links, Supervision
from schemas.graph_artifact import Orders
from tests.components.train_gnn.random_graphs import LAST_INSTANT, random_tables

INSTANT = 600


def make_network(encoder: str, tables: GraphTables) -> GraphNetwork:
    torch.manual_seed(1)
    network = GraphNetwork(NetworkSettings(encoder=encoder, embedding_size=8), tables)
    with torch.no_grad():  # away from the start, where parts of contrast are zero
        for parameter in network.parameters():
            parameter.add_(0.2 * torch.randn_like(parameter))
    return network.eval()


@pytest.mark.parametrize("encoder", ["contrast", "sage"])
def test_equals_sampling_with_every_neighbour(encoder: str) -> None:
    """Training and embedding speak of the same vectors: trees with all neighbours against sparse matrix products."""
    tables = random_tables(0)
    network = make_network(encoder, tables)
    embedding = embed_at_instant(network, tables, graph_at_instant(tables, INSTANT, 10**9), INSTANT)
    links = Links(
        user=numpy.arange(tables.users),
        content=numpy.arange(tables.users) % tables.contents,
        time=numpy.full(tables.users, INSTANT),
        label=numpy.zeros(tables.users, dtype=numpy.float32),
    )
    none = links.select(numpy.zeros(len(links), dtype=bool))
    supervision = Supervision(none, none, numpy.empty(0, dtype=numpy.int64), tables.contents)
    sampler = TimeRespectingSampler(tables.edges, supervision, LAST_INSTANT, (1_000, 1_000), 0)
    (batch,) = link_loader(links, tables, sampler, batch_links=1_000)
    with torch.no_grad():
        user, content = embed_link_ends(network, batch, tables)
    assert numpy.allclose(user.numpy(), embedding["user"][links.user], atol=1e-5)
    assert numpy.allclose(content.numpy(), embedding["content"][links.content], atol=1e-5)
    assert embedding["user"].std() > 0.01


@pytest.mark.parametrize("encoder", ["contrast", "sage"])
def test_nothing_at_or_after_the_instant_matters(encoder: str) -> None:
    """Removing every edge and order from the instant on changes nothing; removing one just before it does."""
    tables = random_tables(1)
    network = make_network(encoder, tables)

    def embed(known: GraphTables) -> dict[str, numpy.ndarray]:
        return embed_at_instant(network, known, graph_at_instant(known, INSTANT, 10**9), INSTANT)

    def cut(end: int) -> GraphTables:
        orders = tables.orders
        kept = orders.time < end
        running = numpy.concatenate([[0], numpy.cumsum(kept)])
        return dataclasses.replace(
            tables,
            edges={edge_type: edges.select(edges.time < end) for edge_type, edges in tables.edges.items()},
            orders=Orders(running[orders.colptr], orders.row[kept], orders.time[kept]),
        )

    everything, known, less = embed(tables), embed(cut(INSTANT)), embed(cut(INSTANT - 50))
    for kind in ("user", "content", "brand"):
        assert numpy.array_equal(everything[kind], known[kind])
    assert not numpy.allclose(everything["content"], less["content"], atol=1e-6)


def test_the_window_cuts_views_but_not_follows() -> None:
    tables = random_tables(2)
    known = graph_at_instant(tables, INSTANT, window=100)
    views = tables.edges["user", "views", "content"]
    follows = tables.edges["user", "follows", "brand"]
    inside = (views.time >= INSTANT - 100) & (views.time < INSTANT)
    assert 0 < inside.sum() < (views.time < INSTANT).sum()
    assert known.degree["user", "views", "content"].sum() == inside.sum()
    assert known.degree["user", "follows", "brand"].sum() == (follows.time < INSTANT).sum()
