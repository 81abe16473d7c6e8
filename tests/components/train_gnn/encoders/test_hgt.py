"""The heterogeneous graph transformer against the paper's equations, computed edge by edge in plain numpy."""

from __future__ import annotations

import math
from typing import Any

import numpy
import pytest

from components.train_gnn.encoders.hgt import HgtEncoder
from components.train_gnn.encoders.registry import make_encoder
from components.train_gnn.settings import EncoderSettings, MessageSettings, NetworkSettings
from schemas.errors import ContractError
from schemas.graph_artifact import EDGE_TYPES
from tests.components.train_gnn.encoders.whole_graph import SIZE, affine, assert_equal, shaken, whole_graph

HEADS = 2
PART = SIZE // HEADS


def gelu(vector: numpy.ndarray) -> numpy.ndarray:
    return numpy.array([0.5 * value * (1 + math.erf(value / math.sqrt(2))) for value in vector])


def test_equals_the_formula() -> None:
    graph = whole_graph(8, weighted=False)
    settings = NetworkSettings(
        encoder="hgt", embedding_size=SIZE, layers=1, fan_out=(1,), encoder_options=EncoderSettings(heads=HEADS)
    )
    encoder = HgtEncoder(settings)
    shaken(encoder)
    result = encoder(graph.vectors, [graph.block])
    layer: Any = encoder.layers[0]
    key_of, value_of = (each.weight.detach().double().numpy() for each in (layer.k_rel, layer.v_rel))

    def parts(kind: str, node: int) -> list[numpy.ndarray]:
        """Key, query and value of a node, by head."""
        joined = affine(layer.kqv_lin.lins[kind], graph.vector(kind, node))
        return [part.reshape(HEADS, PART) for part in numpy.split(joined, 3)]

    for kind, vectors in graph.vectors.items():
        expected = []
        for node in range(len(vectors)):
            query = parts(kind, node)[1]
            heads = []
            for head in range(HEADS):
                score, value = [], []
                for number, edge_type in enumerate(EDGE_TYPES):
                    if edge_type[2] != kind:
                        continue
                    prior = float(layer.p_rel["__".join(edge_type)][0, head])
                    transform = head * len(EDGE_TYPES) + number
                    for source, _ in graph.edges[edge_type][node]:
                        key, _, said = parts(edge_type[0], source)
                        score.append(query[head] @ (key[head] @ key_of[transform]) * prior / math.sqrt(PART))
                        value.append(said[head] @ value_of[transform])
                share = numpy.exp(numpy.array(score)) / max(numpy.exp(numpy.array(score)).sum(), 1e-16)
                heads.append(share @ numpy.stack(value) if value else numpy.zeros(PART))
            aggregated = affine(layer.out_lin.lins[kind], gelu(numpy.concatenate(heads)))
            gate = 1 / (1 + math.exp(-float(layer.skip[kind])))
            expected.append(gate * aggregated + (1 - gate) * graph.vector(kind, node))
        assert_equal(result[kind], expected)


def test_edge_weights_are_refused_instead_of_ignored() -> None:
    with pytest.raises(ContractError, match=r"takes no edge weights.*1d"):
        make_encoder(NetworkSettings(encoder="hgt", messages=MessageSettings(half_life="1d")))
