"""Hidden seeds speak without their views and clicks, in training alone, the same in any batch."""

from __future__ import annotations

from typing import Any

import numpy
import pytest
import torch

from components.train_gnn.hidden_edges import hidden_degree, hidden_seeds
from components.train_gnn.link_batches import embed_link_ends, link_loader
from components.train_gnn.network import GraphNetwork
from components.train_gnn.sampler import TimeRespectingSampler
from components.train_gnn.settings import ColdStartSettings, NetworkSettings
from components.train_gnn.supervision import CLICKS, PAIR_RELATIONS, VIEWS, Links, impressed_links
from tests.components.train_gnn.random_graphs import LAST_INSTANT, random_tables

TABLES = random_tables(6)
LINKS = impressed_links(TABLES.edges[VIEWS], TABLES.edges[CLICKS])
SHARE = 0.4


def sampler_of(edges: dict[Any, Any], epoch: int = 1) -> TimeRespectingSampler:
    return TimeRespectingSampler(edges, None, LAST_INSTANT, (1_000, 1_000), 0).at_epoch(epoch)


def batch_of(links: Links, epoch: int = 1) -> Any:
    (batch,) = link_loader(links, TABLES, sampler_of(TABLES.edges, epoch), batch_links=len(links))
    return batch


def network_of(share: float, encoder: str = "contrast") -> GraphNetwork:
    torch.manual_seed(0)
    settings = NetworkSettings(encoder=encoder, embedding_size=8, cold_start=ColdStartSettings(hidden_edge_share=share))
    network = GraphNetwork(settings, TABLES)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(0.2 * torch.randn_like(parameter))
    return network


@pytest.mark.parametrize("encoder", ["contrast", "gat", "lightgcn"])
def test_a_hidden_seed_is_as_without_views_and_clicks(encoder: str) -> None:
    """Against a graph from which the pair relations are taken away altogether; the others are as if nothing was."""
    network = network_of(SHARE, encoder)
    batch = batch_of(LINKS)
    hidden = hidden_seeds(batch, SHARE)
    nothing = numpy.zeros
    without = {
        each: edges.select(nothing(len(edges.row), dtype=bool)) if each in PAIR_RELATIONS else edges
        for each, edges in TABLES.edges.items()
    }
    with torch.no_grad():
        network.train()
        trained = embed_link_ends(network, batch, TABLES, sampler_of(TABLES.edges))
        network.eval()
        whole = embed_link_ends(network, batch, TABLES, sampler_of(TABLES.edges))
        bare_sampler = TimeRespectingSampler(without, None, LAST_INSTANT, (1_000, 1_000), 0)
        (bare_batch,) = link_loader(LINKS, TABLES, bare_sampler, batch_links=len(LINKS))
        bare = embed_link_ends(network, bare_batch, TABLES, bare_sampler)
    lonely = {
        # Behind follows and featured contents lie nodes with views of their own; seeds without such edges have none.
        "user": batch["brand", "followed_by", "user"].degree[: len(LINKS)] == 0,
        "content": batch["brand", "featured_by", "content"].degree[: len(LINKS)] == 0,
    }
    for kind, ours, eval_mode, without_edges in zip(("user", "content"), trained[:2], whole[:2], bare[:2], strict=True):
        chosen = hidden[kind]
        assert 0.2 < chosen.float().mean() < 0.6
        assert torch.allclose(ours[~chosen], eval_mode[~chosen], atol=1e-5)
        assert (lonely[kind] & chosen).any()
        alone = lonely[kind] & chosen
        assert torch.allclose(ours[alone], without_edges[alone], atol=1e-5)
        assert not torch.allclose(ours[chosen], eval_mode[chosen], atol=1e-3)
    assert (trained.offset[hidden["content"]] == 0).all(), "nobody knows how popular a hidden content is"
    assert torch.equal(trained.offset[~hidden["content"]], whole.offset[~hidden["content"]])
    assert (whole.offset != 0).any()


def test_degrees_of_hidden_seeds_are_zero() -> None:
    """In the pair relations alone, and for seeds alone: nodes behind them keep theirs."""
    hidden = {"user": torch.tensor([True, False])}
    degree = torch.tensor([4, 5, 6])
    assert hidden_degree(("content", "viewed_by", "user"), degree, hidden).tolist() == [0, 5, 6]
    assert hidden_degree(("brand", "followed_by", "user"), degree, hidden).tolist() == [4, 5, 6]
    assert hidden_degree(("user", "views", "content"), degree, hidden).tolist() == [4, 5, 6]


def test_the_draw_belongs_to_node_and_instant() -> None:
    """Alone or in a batch of any order a link's ends are hidden or not; another epoch draws anew."""
    order = numpy.random.default_rng(0).permutation(len(LINKS))
    together, shuffled = (hidden_seeds(batch_of(links), SHARE) for links in (LINKS, LINKS.select(order)))
    other_epoch = hidden_seeds(batch_of(LINKS, epoch=2), SHARE)
    for kind in ("user", "content"):
        assert torch.equal(together[kind][torch.from_numpy(order)], shuffled[kind])
        assert 0.2 < (together[kind] != other_epoch[kind]).float().mean() < 0.8
    assert not torch.equal(together["user"], together["content"])


def test_one_request_sees_one_user() -> None:
    """Links of a user at one instant agree on whether the user is hidden."""
    links = Links(
        numpy.repeat(numpy.arange(10), 4),
        numpy.tile(numpy.arange(4), 10),
        numpy.repeat(numpy.arange(500, 510), 4),
        numpy.zeros(40, dtype=numpy.float32),
    )
    users = hidden_seeds(batch_of(links), SHARE)["user"].reshape(10, 4)
    assert (users == users[:, :1]).all()
    assert 0 < users[:, 0].sum() < 10
