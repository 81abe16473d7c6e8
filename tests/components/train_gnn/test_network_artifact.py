"""A network that was written reads back over the same and over another graph, attributes included."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy
import pytest
import torch

from components.embed_nodes.embed import embed_at_instant
from components.embed_nodes.known_edges import known_edges
from components.train_gnn.encoders.registry import ENCODERS
from components.train_gnn.inputs.attributes import Categories
from components.train_gnn.network import GraphNetwork
from components.train_gnn.network_artifact import read_network, write_network
from components.train_gnn.settings import NetworkSettings
from tests.components.train_gnn.random_graphs import LAST_INSTANT, random_tables


@pytest.mark.parametrize("encoder", sorted(ENCODERS))
def test_reads_back_over_another_graph(encoder: str, tmp_path: Path) -> None:
    """The other graph knows one more kind, which comes first in the alphabet; no content of the old ones changes."""
    tables = random_tables(3)
    settings = NetworkSettings(encoder=encoder, embedding_size=8)
    torch.manual_seed(0)
    network = GraphNetwork(settings, tables).eval()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(0.2 * torch.randn_like(parameter))
    write_network(tmp_path / "network", network, settings, LAST_INSTANT * 10**6, 10**6, {}, {}, {})
    kind = tables.attributes["content"]["kind"]
    assert isinstance(kind, Categories)
    more = Categories(("advert", *kind.names), numpy.where(kind.code >= 0, kind.code + 1, -1))
    attributes = {**tables.attributes, "content": {**tables.attributes["content"], "kind": more}}
    other = dataclasses.replace(tables, attributes=attributes)
    folders = [tmp_path / name for name in ("before", "same", "other")]
    for folder in folders:
        folder.mkdir()
    known = known_edges(tables, LAST_INSTANT, 10**9)
    before = embed_at_instant(network, tables, known, folders[0])
    for graph, folder in zip((tables, other), folders[1:], strict=True):
        again, _ = read_network(tmp_path / "network", graph)
        after = embed_at_instant(again, graph, known, folder)
        for node in before:
            assert numpy.array_equal(before[node], after[node])
