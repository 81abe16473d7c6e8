"""Alignment over a graph: which nodes are compared, what is told, and where the network comes to lie."""

from __future__ import annotations

import copy

import numpy
import pytest
import torch

from components.train_gnn.alignment.align import EVERY_KIND, align
from components.train_gnn.alignment.earlier_network import EarlierNetwork
from components.train_gnn.network import GraphNetwork
from schemas.errors import ContractError
from schemas.graph_artifact import FloatArray
from tests.components.embed_nodes.whole_graphs import SECOND, SIZE, embed, make_network
from tests.components.train_gnn.alignment.test_rotated_network import INSTANT, TABLES, rotated

BEFORE = 500 * SECOND


def earlier_of(network: GraphNetwork, known_before: int = BEFORE) -> EarlierNetwork:
    return EarlierNetwork(network, known_before, "a space", "weights")


def embeddings(network: GraphNetwork) -> dict[str, FloatArray]:
    return embed(network, TABLES, INSTANT, window=INSTANT)


def test_the_same_network_in_another_space_comes_back() -> None:
    network = make_network("contrast", TABLES)
    moved = rotated(network)
    agreement = align(moved, earlier_of(network), TABLES, INSTANT)
    assert agreement[EVERY_KIND].cosine_before < 0.9
    for each in agreement.values():
        assert each.cosine_after > 1 - 1e-5
        assert each.relative_residual < 1e-3
    assert torch.allclose(moved.rotation, torch.eye(SIZE), atol=1e-4)


def test_unchanged_weights_leave_the_rotation_as_it_was_to_the_bit() -> None:
    network = rotated(make_network("sage", TABLES))
    moved = copy.deepcopy(network)
    agreement = align(moved, earlier_of(network), TABLES, INSTANT)
    assert torch.allclose(moved.rotation, network.rotation, atol=1e-7)
    assert agreement[EVERY_KIND].cosine_before == pytest.approx(1, abs=1e-6)
    own = make_network("sage", TABLES)
    align(own, earlier_of(copy.deepcopy(own)), TABLES, INSTANT)
    assert torch.equal(own.rotation, torch.eye(SIZE))


def test_what_is_told_is_what_the_embeddings_show() -> None:
    """Recomputed from the embeddings of the aligned network, over nodes with an edge before the earlier end."""
    network, earlier = make_network("contrast", TABLES), make_network("contrast", TABLES)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    late = 60 * SECOND  # not all nodes have an edge so early
    before = embeddings(network)
    agreement = align(network, earlier_of(earlier, late), TABLES, INSTANT)
    after, fixed = embeddings(network), embeddings(earlier)
    shared = {
        kind: numpy.unique(
            numpy.concatenate(
                [edges.target[edges.time < late] for edge, edges in TABLES.edges.items() if edge[2] == kind]
            )
        )
        for kind in TABLES.nodes
    }
    assert set(agreement) == {EVERY_KIND} | {kind for kind, nodes in shared.items() if len(nodes)}
    assert any(0 < len(nodes) < TABLES.nodes[kind] for kind, nodes in shared.items())
    cosines = []
    for kind in set(agreement) - {EVERY_KIND}:
        nodes = shared[kind]
        assert agreement[kind].nodes == len(nodes)
        for vectors, told in ((before, agreement[kind].cosine_before), (after, agreement[kind].cosine_after)):
            one, other = vectors[kind][nodes], fixed[kind][nodes]
            cosine = (one * other).sum(axis=1) / numpy.linalg.norm(one, axis=1) / numpy.linalg.norm(other, axis=1)
            assert told == pytest.approx(cosine.mean(), abs=1e-5)
        cosines.append(told)
        residual = numpy.linalg.norm(one - other) / numpy.linalg.norm(other)
        assert agreement[kind].relative_residual == pytest.approx(residual, abs=1e-5)
    assert agreement[EVERY_KIND].cosine_after == pytest.approx(numpy.mean(cosines), abs=1e-5)
    assert agreement[EVERY_KIND].cosine_after > agreement[EVERY_KIND].cosine_before


def test_nothing_to_compare_is_refused() -> None:
    network = make_network("contrast", TABLES)
    with pytest.raises(ContractError, match=r"no node .* before the earlier network's end 1970-01-01T00:00:00Z"):
        align(network, earlier_of(copy.deepcopy(network), 0), TABLES, INSTANT)
    with torch.no_grad():
        network.inputs.projection.fill_(torch.nan)
    with pytest.raises(ContractError, match="not numbers"):
        align(network, earlier_of(make_network("contrast", TABLES)), TABLES, INSTANT)
