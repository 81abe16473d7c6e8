"""Graph attention against its formula, computed edge by edge in plain numpy."""

from __future__ import annotations

from typing import Any

import numpy
import pydantic
import pytest

from components.train_gnn.encoders.gat import GatEncoder
from components.train_gnn.settings import EncoderSettings, NetworkSettings
from schemas.graph_artifact import EDGE_TYPES, EdgeType
from tests.components.train_gnn.encoders.whole_graph import SIZE, WholeGraph, affine, assert_equal, shaken, whole_graph

HEADS = 2


def attended(encoder: GatEncoder, graph: WholeGraph, edge_type: EdgeType, node: int) -> numpy.ndarray:
    """The attention of one node over its in-edges of one relation, every head's part after the other."""
    convolution: Any = encoder.convolutions["0__" + "__".join(edge_type)]
    query = convolution.att.detach().double().numpy()[0]  # [heads, size / heads]
    own = affine(convolution.lin_r, graph.vector(edge_type[2], node))
    edges = graph.edges[edge_type][node]
    if not edges:
        return numpy.zeros(SIZE)
    said = numpy.stack([affine(convolution.lin_l, graph.vector(edge_type[0], source)) for source, _ in edges])
    weighed = numpy.stack([affine(convolution.lin_edge, numpy.array([weight])) for _, weight in edges])
    heard = said + own + weighed  # [edges, size]
    heard = numpy.where(heard > 0, heard, 0.2 * heard).reshape(len(edges), HEADS, -1)
    score = numpy.exp((heard * query).sum(axis=2))  # [edges, heads]
    share = score / score.sum(axis=0)
    result: numpy.ndarray = (share[:, :, None] * said.reshape(heard.shape)).sum(axis=0).ravel()
    return result


def test_equals_the_formula() -> None:
    graph = whole_graph(7)
    settings = NetworkSettings(
        encoder="gat", embedding_size=SIZE, layers=1, fan_out=(1,), encoder_options=EncoderSettings(heads=HEADS)
    )
    encoder = GatEncoder(settings)
    shaken(encoder)
    result = encoder(graph.vectors, [graph.block])
    for kind, vectors in graph.vectors.items():
        expected = []
        for node in range(len(vectors)):
            total = affine(encoder.own[f"0__{kind}"], graph.vector(kind, node))
            for edge_type in EDGE_TYPES:
                if edge_type[2] == kind:
                    total = total + attended(encoder, graph, edge_type, node)
            expected.append(total)
        assert_equal(result[kind], expected)


def test_heads_must_divide_the_vectors() -> None:
    with pytest.raises(pydantic.ValidationError, match="multiple of the 4 heads"):
        NetworkSettings(encoder="gat", embedding_size=10)
    NetworkSettings(encoder="contrast", embedding_size=10)
