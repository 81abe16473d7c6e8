"""Over-smoothing is measured at every layer and told."""

from __future__ import annotations

import itertools

import numpy
import pytest
import torch

from components.train_gnn.link_batches import embed_link_ends, link_loader
from components.train_gnn.network import GraphNetwork
from components.train_gnn.sampler import TimeRespectingSampler
from components.train_gnn.supervision import CLICKS, VIEWS, impressed_links
from components.train_gnn.training.objective import Objective
from components.train_gnn.training.over_smoothing import mean_pairwise_cosine, pairwise_cosines, smoothing_notices
from tests.components.train_gnn.training.tiny_training import NETWORK_END, tiny_settings, tiny_tables


def test_equals_the_mean_over_pairs() -> None:
    generator = torch.Generator().manual_seed(0)
    vectors = torch.randn(7, 5, generator=generator)
    expected = numpy.mean(
        [
            torch.nn.functional.cosine_similarity(vectors[one], vectors[other], dim=0).item()
            for one, other in itertools.combinations(range(7), 2)
        ]
    )
    assert mean_pairwise_cosine(vectors) == pytest.approx(expected, abs=1e-6)
    with_zeros = torch.cat([vectors, torch.zeros(2, 5)])
    assert mean_pairwise_cosine(with_zeros) == pytest.approx(expected, abs=1e-6)
    assert mean_pairwise_cosine(torch.ones(9, 5)) == pytest.approx(1)
    assert mean_pairwise_cosine(vectors[:1]) == 0


@pytest.mark.parametrize("encoder", ["contrast", "sage"])
def test_the_last_layer_is_the_network_itself(encoder: str) -> None:
    tables, settings = tiny_tables(), tiny_settings(encoder=encoder)
    torch.manual_seed(0)
    network = GraphNetwork(settings, tables)
    sampler = TimeRespectingSampler(tables.edges, None, NETWORK_END, settings.fan_out, 0, settings.sampler)
    links = impressed_links(tables.edges[VIEWS], tables.edges[CLICKS])
    links = links.select(numpy.arange(200))
    objective = Objective(network, tables, sampler, settings)
    cosines = pairwise_cosines(objective, links)
    (batch,) = link_loader(links, tables, sampler, batch_links=200)
    with torch.no_grad():
        user, _, _ = embed_link_ends(network.eval(), batch, tables, sampler)
    _, first = numpy.unique(links.user, return_index=True)
    assert cosines["user"][-1] == pytest.approx(mean_pairwise_cosine(user[torch.from_numpy(first)]))
    assert [len(values) for values in cosines.values()] == [3, 3]
    assert len(set(cosines["user"])) == 3


def test_the_notice_names_layer_and_value() -> None:
    cosines = {"user": [0.99, 0.5, 0.96], "content": [0.99, 0.5, 0.5]}
    (notice,) = smoothing_notices(cosines, 0.95)
    assert "user vectors passes 0.95 after layer 2 0.960" in notice
    assert smoothing_notices(cosines, 0.97) == []
