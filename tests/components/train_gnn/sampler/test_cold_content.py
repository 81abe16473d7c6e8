"""Cold content takes all its views and clicks, and reaches further over its brands; other content does not."""

from __future__ import annotations

import numpy
import pytest
import torch
from torch_geometric.sampler import HeteroSamplerOutput, NodeSamplerInput

from components.train_gnn.sampler import TimeRespectingSampler
from components.train_gnn.settings import ColdStartSettings, SamplerSettings
from components.train_gnn.supervision import CLICKS, VIEWS
from schemas.graph_artifact import EdgeType
from tests.components.train_gnn.random_graphs import LAST_INSTANT, random_tables
from tests.components.train_gnn.sampler.toy_scales import at_toy_scale

TABLES = random_tables(8, contents=20, brands=3)
INSTANT = 500
VIEWS_BEFORE = numpy.bincount(TABLES.edges[VIEWS].target[TABLES.edges[VIEWS].time < INSTANT], minlength=TABLES.contents)
COLD = int(numpy.median(VIEWS_BEFORE))
FEATURED: EdgeType = ("brand", "featured_by", "content")
FEATURES: EdgeType = ("content", "features", "brand")


def sample(cold: ColdStartSettings | None, merged: bool = False, **options: object) -> HeteroSamplerOutput:
    """One tree for every content, all at one instant."""
    settings = SamplerSettings.model_validate(options)
    sampler = TimeRespectingSampler(TABLES.edges, None, LAST_INSTANT, (2, 2), 0, settings, merged, cold)
    contents = torch.arange(TABLES.contents)
    return at_toy_scale(sampler).sample_from_nodes(
        NodeSamplerInput(None, contents, torch.full_like(contents, INSTANT), "content")
    )


def drawn(output: HeteroSamplerOutput, edge_type: EdgeType, layer: int) -> numpy.ndarray:
    """Targets of the edges that one layer drew in a relation."""
    first = sum(output.num_sampled_edges[edge_type][:layer])
    targets: numpy.ndarray = output.col[edge_type].numpy()
    return targets[first : first + output.num_sampled_edges[edge_type][layer]]


@pytest.mark.parametrize("strategy", ["uniform", "recency", "importance"])
@pytest.mark.parametrize("merged", [False, True])
def test_cold_content_takes_every_view_and_click(strategy: str, merged: bool) -> None:
    output = sample(ColdStartSettings(cold_views=COLD), merged, strategy=strategy)
    for edge_type in (VIEWS, CLICKS):
        edges = TABLES.edges[edge_type]
        before = numpy.bincount(edges.target[edges.time < INSTANT], minlength=TABLES.contents)
        expected = numpy.where(VIEWS_BEFORE < COLD, before, numpy.minimum(before, 2))
        assert numpy.bincount(drawn(output, edge_type, 0), minlength=TABLES.contents).tolist() == expected.tolist()
        assert (before[VIEWS_BEFORE < COLD] > 2).any() or edge_type == CLICKS
    assert 0 < (VIEWS_BEFORE < COLD).sum() < TABLES.contents


def test_brands_of_cold_content_reach_further() -> None:
    """In the second layer a brand draws up to 5 contents where a cold one led to it, else 2."""
    output = sample(ColdStartSettings(cold_views=COLD, cold_brand_fan_out=5))
    edges = TABLES.edges[FEATURES]
    before = numpy.bincount(edges.target[edges.time < INSTANT], minlength=TABLES.brands)
    assert (before > 2).any()
    expanded = sum(output.num_sampled_nodes["brand"][:2])
    brand, tree = output.node["brand"].numpy()[:expanded], output.batch["brand"].numpy()[:expanded]
    expected = numpy.minimum(before[brand], numpy.where(VIEWS_BEFORE[tree] < COLD, 5, 2))
    assert {2, 5} <= set(expected.tolist())
    assert numpy.bincount(drawn(output, FEATURES, 1), minlength=expanded).tolist() == expected.tolist()


def test_content_that_users_lead_to_can_be_cold_too() -> None:
    """The second layer expands the contents that the first drew by the same rule."""
    settings = ColdStartSettings(cold_views=COLD)
    sampler = TimeRespectingSampler(TABLES.edges, None, LAST_INSTANT, (2, 2), 0, cold_start=settings)
    users = torch.arange(TABLES.users)
    output = sampler.sample_from_nodes(NodeSamplerInput(None, users, torch.full_like(users, INSTANT), "user"))
    content = output.node["content"].numpy()[: sum(output.num_sampled_nodes["content"][:2])]
    expected = numpy.where(VIEWS_BEFORE[content] < COLD, VIEWS_BEFORE[content], numpy.minimum(VIEWS_BEFORE[content], 2))
    assert numpy.bincount(drawn(output, VIEWS, 1), minlength=len(content)).tolist() == expected.tolist()


def test_without_cold_views_nothing_changes() -> None:
    plain, off = sample(None), sample(ColdStartSettings(cold_brand_fan_out=9, hidden_edge_share=0.5))
    for edge_type in TABLES.edges:
        assert torch.equal(plain.edge[edge_type], off.edge[edge_type])


def test_replacement_is_refused() -> None:
    with pytest.raises(ValueError, match="takes each of its views once"):
        sample(ColdStartSettings(cold_views=3), replace=True)
