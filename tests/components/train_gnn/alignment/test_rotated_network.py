"""A rotated network's embeddings are the rotated embeddings, whole and layer by layer; its scores do not change."""

from __future__ import annotations

import copy

import numpy
import pytest
import torch

from components.train_gnn.encoders.registry import ENCODERS
from components.train_gnn.network import GraphNetwork
from tests.components.embed_nodes.whole_graphs import SECOND, SIZE, embed, graph_in_seconds, make_network
from tests.components.train_gnn.alignment.test_rotation import rotation_of

TABLES = graph_in_seconds(0, users=20, contents=10, views=300)
INSTANT = 600 * SECOND


def rotated(network: GraphNetwork, seed: int = 5) -> GraphNetwork:
    """A copy in another space."""
    other = copy.deepcopy(network)
    other.rotation.copy_(torch.from_numpy(rotation_of(seed, SIZE)))
    return other


@pytest.mark.parametrize("encoder", sorted(ENCODERS))
@pytest.mark.parametrize("unit_length", ["none", "user"])
def test_layer_by_layer_the_embeddings_are_rotated_and_dot_products_stay(encoder: str, unit_length: str) -> None:
    network = make_network(encoder, TABLES, unit_length=unit_length)
    other = rotated(network)
    plain, turned = embed(network, TABLES, INSTANT), embed(other, TABLES, INSTANT)
    rotation = rotation_of(5, SIZE)
    for kind, vectors in plain.items():
        scale = numpy.abs(vectors).max()
        numpy.testing.assert_allclose(turned[kind], vectors @ rotation, atol=1e-5 * scale)
        assert not numpy.allclose(turned[kind], vectors, atol=1e-2 * scale)
    nothing = torch.zeros(len(plain["content"]))
    scores, same = (
        network.logit_of_all(torch.from_numpy(each["user"]), torch.from_numpy(each["content"]), nothing)
        for each in (plain, turned)
    )
    assert torch.allclose(scores, same, atol=1e-5, rtol=1e-5)


def test_a_new_network_has_its_own_space_and_training_is_spared_the_rotation() -> None:
    network = make_network("contrast", TABLES)
    assert torch.equal(network.rotation, torch.eye(SIZE))
    vectors = {"user": torch.randn(3, SIZE)}
    assert torch.equal(network.scaled(vectors)["user"], vectors["user"]), "the identity changes no bit"
    other = rotated(network)
    assert torch.equal(other.train().scaled(vectors)["user"], vectors["user"])
    assert not torch.equal(other.eval().scaled(vectors)["user"], vectors["user"])
    assert "rotation" in dict(other.named_buffers()), "it is stored, and no optimizer moves it"
