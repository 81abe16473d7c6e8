"""PinSage against its formula, computed node by node in plain numpy."""

from __future__ import annotations

from typing import Any

import numpy

from components.train_gnn.encoders.pinsage import PinsageEncoder
from components.train_gnn.settings import NetworkSettings
from schemas.graph_artifact import EDGE_TYPES
from tests.components.train_gnn.encoders.whole_graph import SIZE, affine, assert_equal, shaken, whole_graph


def test_equals_the_formula() -> None:
    """One layer with its output layers; the two layers of a default network are this one twice, the output once."""
    graph = whole_graph(5)
    settings = NetworkSettings(encoder="pinsage", embedding_size=SIZE, layers=1, fan_out=(1,))
    encoder = PinsageEncoder(settings)
    shaken(encoder)
    result = encoder(graph.vectors, [graph.block])

    output: Any = encoder.output
    for kind, vectors in graph.vectors.items():
        expected = []
        for node in range(len(vectors)):
            parts: list[numpy.ndarray] = [graph.vector(kind, node)]
            for edge_type in EDGE_TYPES:
                if edge_type[2] != kind:
                    continue
                total, importance = numpy.zeros(SIZE), 0.0
                for source, weight in graph.edges[edge_type][node]:
                    said = affine(encoder.neighbour["0__" + "__".join(edge_type)], graph.vector(edge_type[0], source))
                    total, importance = total + weight * numpy.maximum(said, 0), importance + weight
                parts.append(total / importance if importance else total)
            joined = numpy.maximum(affine(encoder.joined[f"0__{kind}"], numpy.concatenate(parts)), 0)
            unit = joined / max(numpy.linalg.norm(joined), 1e-12)
            first, _, second = output[kind]
            expected.append(affine(second, numpy.maximum(affine(first, unit), 0)))
        assert_equal(result[kind], expected)


def test_vectors_between_layers_have_length_one() -> None:
    graph = whole_graph(6)
    encoder = PinsageEncoder(NetworkSettings(encoder="pinsage", embedding_size=SIZE))
    shaken(encoder)
    between = encoder.forward_layer(0, graph.vectors, graph.block)
    for vectors in between.values():
        length = vectors.norm(dim=1)
        assert ((length - 1).abs().le(1e-5) | length.eq(0)).all()
        assert (vectors >= 0).all()
