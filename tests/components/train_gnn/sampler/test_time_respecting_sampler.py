"""What the sampler promises: only true edges, strictly older than the seed, never of a supervised pair."""

from __future__ import annotations

import numpy
import pytest
import torch
from torch_geometric.sampler import EdgeSamplerInput, HeteroSamplerOutput, NodeSamplerInput

from components.train_gnn.graph_tables import GraphTables
from components.train_gnn.sampler import TimeRespectingSampler
from components.train_gnn.supervision import (
    CLICKS,
    PAIR_RELATIONS,
    VIEWS,
    Supervision,
    impressed_links,
    split_supervision,
)
from schemas.graph_artifact import EDGE_TYPES
from tests.components.train_gnn.random_graphs import LAST_INSTANT, random_tables


def sample(
    tables: GraphTables, supervision: Supervision, fan_out: tuple[int, ...], seed: int = 0
) -> HeteroSamplerOutput:
    links = supervision.training
    sampler = TimeRespectingSampler(tables.edges, supervision, LAST_INSTANT, fan_out, seed)
    return sampler.sample_from_edges(
        EdgeSamplerInput(
            input_id=None,
            row=torch.from_numpy(links.user),
            col=torch.from_numpy(links.content),
            label=torch.from_numpy(links.label),
            time=torch.from_numpy(links.time),
            input_type=VIEWS,
        )
    )


def supervision_of(tables: GraphTables, seed: int) -> Supervision:
    links = impressed_links(tables.edges[VIEWS], tables.edges[CLICKS])
    return split_supervision(links, tables.contents, 0.3, 0.2, numpy.random.default_rng(seed))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("fan_out", [(3, 2), (1, 1, 1), (100, 100)])
def test_sampled_edges_are_true_older_and_unsupervised(seed: int, fan_out: tuple[int, ...]) -> None:
    tables = random_tables(seed)
    supervision = supervision_of(tables, seed)
    output = sample(tables, supervision, fan_out)
    times = supervision.training.time
    forbidden = set(supervision.pair_keys.tolist())
    sampled = 0
    for edge_type in EDGE_TYPES:
        source, _, target = edge_type
        edges = tables.edges[edge_type]
        row, column = output.row[edge_type].numpy(), output.col[edge_type].numpy()
        tree = output.batch[target].numpy()[column]
        assert (output.batch[source].numpy()[row] == tree).all(), "an edge must stay inside its seed's tree"
        row, column = output.node[source].numpy()[row], output.node[target].numpy()[column]
        earliest: dict[tuple[int, int], int] = {}
        for from_node, to_node, time in zip(
            edges.row.tolist(), edges.target.tolist(), edges.time.tolist(), strict=True
        ):
            earliest[from_node, to_node] = min(time, earliest.get((from_node, to_node), time))
        for from_node, to_node, instant in zip(row.tolist(), column.tolist(), times[tree].tolist(), strict=True):
            assert earliest[from_node, to_node] < instant
            if edge_type in PAIR_RELATIONS:
                user, content = (from_node, to_node) if source == "user" else (to_node, from_node)
                assert user * tables.contents + content not in forbidden
        sampled += len(row)
    assert sampled > 0


def test_a_wide_fan_out_takes_every_older_edge() -> None:
    """Completeness, against a plain loop: the seeds' own edges and their true degrees."""
    tables = random_tables(11)
    supervision = supervision_of(tables, 11)
    links = supervision.training
    output = sample(tables, supervision, (1_000, 1))
    forbidden = set(supervision.pair_keys.tolist())
    edges = tables.edges[VIEWS]
    degree = output.metadata[4][VIEWS].numpy()
    column = output.col[VIEWS].numpy()
    for link in range(len(links)):
        expected = sum(
            1
            for user, content, time in zip(edges.row.tolist(), edges.target.tolist(), edges.time.tolist(), strict=True)
            if content == links.content[link]
            and time < links.time[link]
            and user * tables.contents + content not in forbidden
        )
        assert degree[link] == expected
        assert (column == link).sum() == expected


def test_same_seed_same_trees() -> None:
    tables = random_tables(2)
    supervision = supervision_of(tables, 2)
    first, second, other = (sample(tables, supervision, (2, 2), seed) for seed in (7, 7, 8))
    assert all(torch.equal(first.node[kind], second.node[kind]) for kind in first.node)
    assert not all(torch.equal(first.node[kind], other.node[kind]) for kind in first.node)


def test_trees_of_single_nodes_respect_their_times_too() -> None:
    """Distinct instants of random_graphs tell from the seeds' own view edges alone which ones may be drawn."""
    tables = random_tables(5)
    none = supervision_of(tables, 5)
    sampler = TimeRespectingSampler(tables.edges, none, LAST_INSTANT, (1_000,), 0)
    contents, times = numpy.arange(tables.contents), numpy.arange(tables.contents) * 90
    output = sampler.sample_from_nodes(
        NodeSamplerInput(None, torch.from_numpy(contents), torch.from_numpy(times), "content")
    )
    edges = sampler.edges[VIEWS]
    older = (edges.time < times[edges.target]).tolist()
    expected = sorted(pair for pair, kept in zip(zip(edges.target, edges.row, strict=True), older, strict=True) if kept)
    sources = output.node["user"][output.row[VIEWS]].tolist()
    assert 0 < len(expected) < len(older)
    assert sorted(zip(output.col[VIEWS].tolist(), sources, strict=True)) == expected


def test_seeds_without_a_time_are_refused() -> None:
    tables = random_tables(2)
    sampler = TimeRespectingSampler(tables.edges, supervision_of(tables, 2), LAST_INSTANT, (2, 2), 0)
    with pytest.raises(ValueError, match="rule 4"):
        sampler.sample_from_edges(
            EdgeSamplerInput(None, torch.tensor([0]), torch.tensor([0]), torch.tensor([1.0]), None, VIEWS)
        )
