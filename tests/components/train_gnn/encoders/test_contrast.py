"""The contrast layer against its formula, computed edge by edge in plain Python."""

from __future__ import annotations

import numpy
import pytest
import torch

from components.train_gnn.encoders.contrast import CONTRASTED, PLAIN, ContrastLayer
from components.train_gnn.encoders.registry import make_encoder
from components.train_gnn.settings import MessageSettings, NetworkSettings
from schemas.errors import ContractError
from schemas.graph_artifact import EdgeType
from tests.components.train_gnn.graph_at_instant import graph_at_instant
from tests.components.train_gnn.random_graphs import LAST_INSTANT, random_tables

SIZE = 6


def test_equals_the_formula() -> None:
    tables = random_tables(3)
    torch.manual_seed(0)
    layer = ContrastLayer(SIZE, initial_shrinkage=3.0, initial_view_weight=1.0)
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.add_(0.3 * torch.randn_like(parameter))
    counts = {"user": tables.users, "content": tables.contents, "brand": tables.brands}
    vectors = {kind: torch.randn(count, SIZE) for kind, count in counts.items()}
    with torch.no_grad():
        result = layer(vectors, graph_at_instant(tables, LAST_INSTANT, 10**9, MessageSettings()))

    def shrunk_mean(edge_type: EdgeType, target: int) -> numpy.ndarray:
        edges = tables.edges[edge_type]
        sources = [row for row, end in zip(edges.row.tolist(), edges.target.tolist(), strict=True) if end == target]
        if not sources:
            return numpy.zeros(SIZE)
        shrinkage = float(layer.log_shrinkage["__".join(edge_type)].exp())
        mean = vectors[edge_type[0]][sources].double().mean(dim=0).numpy()
        return mean * len(sources) / (len(sources) + shrinkage)

    def weight(linear: torch.nn.Module) -> numpy.ndarray:
        multiple, correction = (parameter.detach().double().numpy() for parameter in linear.parameters())
        whole: numpy.ndarray = multiple * numpy.eye(SIZE) + correction
        return whole

    for kind, count in counts.items():
        for node in range(count):
            expected = weight(layer.own[kind]) @ vectors[kind][node].double().numpy()
            if kind in CONTRASTED:
                wanted, seen = CONTRASTED[kind]
                expected += weight(layer.wanted[kind]) @ shrunk_mean(wanted, node)
                expected += weight(layer.seen[kind]) @ shrunk_mean(seen, node)
            for edge_type in PLAIN[kind]:
                expected += weight(layer.plain["__".join(edge_type)]) @ shrunk_mean(edge_type, node)
            assert numpy.allclose(result[kind][node].numpy(), expected, atol=1e-5)


@pytest.mark.parametrize("view_weight", [1.0, 0.25])
def test_starts_as_collaborative_filtering(view_weight: float) -> None:
    """Untrained, a content is itself plus its clickers minus its viewers: identity weights, no other relation."""
    layer = ContrastLayer(SIZE, initial_shrinkage=3.0, initial_view_weight=view_weight)
    starts = {"own": 1.0, "wanted": 1.0, "seen": -view_weight, "plain": 0.0}
    maps = [(part, linear) for part in starts for linear in getattr(layer, part).values()]
    assert sorted(part for part, _ in maps) == ["own"] * 3 + ["plain"] * 4 + ["seen"] * 2 + ["wanted"] * 2
    assert all(torch.equal(linear.matrix, starts[part] * torch.eye(SIZE)) for part, linear in maps)


def test_an_unknown_encoder_is_refused_with_the_known_ones() -> None:
    with pytest.raises(
        ContractError, match="'transformer' is unknown; choose one of contrast, gat, hgt, lightgcn, pinsage, sage"
    ):
        make_encoder(NetworkSettings(encoder="transformer"))
