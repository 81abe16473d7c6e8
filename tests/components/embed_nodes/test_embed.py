"""Embeddings at an instant: exact, equal to training with all neighbours, and blind to what comes later."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy
import pytest
import torch

from components.embed_nodes.embed import embed_at_instant
from components.embed_nodes.known_edges import known_edges
from components.train_gnn.encoders.registry import ENCODERS
from components.train_gnn.graph_tables import GraphTables
from components.train_gnn.link_batches import embed_link_ends, link_loader
from components.train_gnn.message_weights import message_weights
from components.train_gnn.network import GraphNetwork
from components.train_gnn.sampler import TimeRespectingSampler
from components.train_gnn.settings import InputSettings, MessageSettings, NetworkSettings
from components.train_gnn.supervision import Links, Supervision
from schemas.graph_artifact import Edges, EdgeType, FloatArray, Orders
from tests.components.train_gnn.random_graphs import LAST_INSTANT, random_tables

INSTANT = 600


def make_network(encoder: str, tables: GraphTables, **options: Any) -> GraphNetwork:
    torch.manual_seed(1)
    network = GraphNetwork(NetworkSettings(encoder=encoder, embedding_size=8, **options), tables)
    with torch.no_grad():  # away from the start, where parts of contrast are zero
        for parameter in network.parameters():
            parameter.add_(0.2 * torch.randn_like(parameter))
    return network.eval()


def in_seconds(tables: GraphTables) -> GraphTables:
    """The same graph at the scale of settings, whose shortest duration is a second, and with dwells."""
    generator = numpy.random.default_rng(5)

    def dwells(edge_type: EdgeType, edges: Edges) -> FloatArray:
        drawn = numpy.log1p(generator.integers(0, 300, len(edges.row))).astype(numpy.float32)
        return drawn if "click" in edge_type[1] else edges.weight

    return dataclasses.replace(
        tables,
        edges={
            edge_type: dataclasses.replace(edges, time=edges.time * 10**6, weight=dwells(edge_type, edges))
            for edge_type, edges in tables.edges.items()
        },
        orders=dataclasses.replace(tables.orders, time=tables.orders.time * 10**6),
    )


@pytest.mark.parametrize(
    ("encoder", "options"),
    [
        ("contrast", {}),
        ("sage", {}),
        ("contrast", {"messages": MessageSettings(half_life="100s", dwell=True)}),
        ("contrast", {"unit_length": "user"}),
        ("contrast", {"inputs": InputSettings(content_pooling="attention")}),
        ("contrast", {"inputs": InputSettings(pooled_orders=2, rarity_power=2.0)}),
        ("gat", {}),
        ("gat", {"messages": MessageSettings(half_life="100s", dwell=True)}),
        ("hgt", {}),
        ("lightgcn", {}),
        ("lightgcn", {"messages": MessageSettings(half_life="100s", dwell=True)}),
        ("pinsage", {}),
        ("pinsage", {"messages": MessageSettings(half_life="100s", dwell=True)}),
    ],
)
def test_equals_sampling_with_every_neighbour(encoder: str, options: dict[str, Any], tmp_path: Path) -> None:
    """Training and embedding speak of the same vectors: trees with all neighbours against layer by layer."""
    tables = in_seconds(random_tables(0))
    network = make_network(encoder, tables, **options)
    instant, end = INSTANT * 10**6, LAST_INSTANT * 10**6
    embedding = embed_at_instant(network, tables, known_edges(tables, instant, 10**15), tmp_path)
    links = Links(
        user=numpy.arange(tables.users),
        content=numpy.arange(tables.users) % tables.contents,
        time=numpy.full(tables.users, instant),
        label=numpy.zeros(tables.users, dtype=numpy.float32),
    )
    none = links.select(numpy.zeros(len(links), dtype=bool))
    supervision = Supervision(none, none, numpy.empty(0, dtype=numpy.int64), tables.contents)
    sampler = TimeRespectingSampler(tables.edges, supervision, end, (1_000, 1_000), 0)
    (batch,) = link_loader(links, tables, sampler, batch_links=1_000)
    with torch.no_grad():
        user, content, _ = embed_link_ends(network, batch, tables, sampler)
    assert numpy.allclose(user.numpy(), embedding["user"][links.user], atol=1e-5)
    assert numpy.allclose(content.numpy(), embedding["content"][links.content], atol=1e-5)
    assert embedding["user"].std() > 0.01


def test_whoever_is_asked_for_gets_the_same_vector(tmp_path: Path) -> None:
    """Some users alone, their kind's neighbours of other kinds left out of the question: as when all are asked for."""
    tables = random_tables(3)
    network = make_network("contrast", tables)
    known = known_edges(tables, INSTANT, 10**9)
    users = numpy.arange(tables.users) % 3 == 0
    for name in ("everyone", "some"):
        (tmp_path / name).mkdir()
    everyone = embed_at_instant(network, tables, known, tmp_path / "everyone")
    some = embed_at_instant(network, tables, known, tmp_path / "some", {"user": users})
    assert list(some) == ["user"]
    assert numpy.allclose(some["user"][users], everyone["user"][users], atol=1e-6)
    assert not some["user"][~users].any()


@pytest.mark.parametrize("encoder", sorted(ENCODERS))
def test_nothing_at_or_after_the_instant_matters(encoder: str, tmp_path: Path) -> None:
    """Removing every edge and order from the instant on changes nothing; removing one just before it does."""
    tables = random_tables(1)
    network = make_network(encoder, tables)

    def embed(seen: GraphTables, name: str) -> dict[str, numpy.ndarray]:
        (tmp_path / name).mkdir()
        return embed_at_instant(network, seen, known_edges(seen, INSTANT, 10**9), tmp_path / name)

    def cut(end: int) -> GraphTables:
        orders = tables.orders
        kept = orders.time < end
        running = numpy.concatenate([[0], numpy.cumsum(kept)])
        return dataclasses.replace(
            tables,
            edges={edge_type: edges.select(edges.time < end) for edge_type, edges in tables.edges.items()},
            orders=Orders(running[orders.colptr], orders.row[kept], orders.time[kept]),
        )

    everything = embed(tables, "everything")
    known, less = embed(cut(INSTANT), "known"), embed(cut(INSTANT - 50), "less")
    for kind in ("user", "content", "brand"):
        assert numpy.array_equal(everything[kind], known[kind])
    assert not numpy.allclose(everything["content"], less["content"], atol=1e-6)


def test_the_window_cuts_views_but_not_follows() -> None:
    tables = random_tables(2)
    known = known_edges(tables, INSTANT, window=100)
    views = tables.edges["user", "views", "content"]
    follows = tables.edges["user", "follows", "brand"]
    inside = (views.time >= INSTANT - 100) & (views.time < INSTANT)
    assert 0 < inside.sum() < (views.time < INSTANT).sum()
    assert known.degree(("user", "views", "content")).sum() == inside.sum()
    assert known.degree(("user", "follows", "brand")).sum() == (follows.time < INSTANT).sum()


def test_younger_edges_and_longer_reads_count_more() -> None:
    """The weights by hand, half-life a day: a day-old click of a minute's reading, one still read, one fresh."""
    hour = 3_600 * 10**6
    time = numpy.array([0, 23 * hour, 24 * hour - 1])
    weight = numpy.log1p(numpy.array([60.0, 7_200.0, 0.0])).astype(numpy.float32)
    instant = numpy.full(3, 24 * hour)
    both = MessageSettings(half_life="1d", dwell=True)
    clicks = message_weights(("user", "clicks", "content"), time, weight, instant, both)
    # The second dwell ends after the instant: it is not known yet and counts 1.
    assert numpy.allclose(clicks, [0.5 * numpy.log1p(60.0), 0.5 ** (1 / 24), 0.0])
    views = message_weights(("user", "views", "content"), time, numpy.ones(3, numpy.float32), instant, both)
    assert numpy.allclose(views, [0.5, 0.5 ** (1 / 24), 1.0])
    follows = message_weights(("user", "follows", "brand"), time, numpy.ones(3, numpy.float32), instant, both)
    assert follows.tolist() == [1.0, 1.0, 1.0]
