"""GraphSAGE against its formula, computed node by node in plain numpy."""

from __future__ import annotations

from typing import Any

import numpy

from components.train_gnn.encoders.sage import SageEncoder
from components.train_gnn.settings import NetworkSettings
from schemas.graph_artifact import EDGE_TYPES
from tests.components.train_gnn.encoders.whole_graph import SIZE, affine, assert_equal, shaken, whole_graph


def test_equals_the_formula() -> None:
    graph = whole_graph(9, weighted=False)
    encoder = SageEncoder(NetworkSettings(encoder="sage", embedding_size=SIZE, layers=1, fan_out=(1,)))
    shaken(encoder)
    result = encoder(graph.vectors, [graph.block])
    for kind, vectors in graph.vectors.items():
        expected = []
        for node in range(len(vectors)):
            total = numpy.zeros(SIZE)
            for edge_type in EDGE_TYPES:
                if edge_type[2] == kind:
                    convolution: Any = encoder.convolutions["0__" + "__".join(edge_type)]
                    near = [graph.vector(edge_type[0], source) for source, _ in graph.edges[edge_type][node]]
                    mean = numpy.mean(near, axis=0) if near else numpy.zeros(SIZE)
                    total += affine(convolution.lin_l, mean) + affine(convolution.lin_r, graph.vector(kind, node))
            expected.append(total)
        assert_equal(result[kind], expected)


def test_only_the_last_layer_may_be_negative() -> None:
    graph = whole_graph(9)
    encoder = SageEncoder(NetworkSettings(encoder="sage", embedding_size=SIZE))
    between = encoder.forward_layer(0, graph.vectors, graph.block)
    assert (between["user"] >= 0).all()
    assert (encoder.forward_layer(1, between, graph.block)["user"] < 0).any()
