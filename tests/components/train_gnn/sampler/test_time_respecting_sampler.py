"""What the sampler promises: only true edges, strictly older than the seed, never of a supervised pair."""

from __future__ import annotations

import numpy
import pytest
import torch
from hypothesis import given, settings, strategies
from torch_geometric.sampler import EdgeSamplerInput, HeteroSamplerOutput, NodeSamplerInput

from components.train_gnn.graph_tables import GraphTables
from components.train_gnn.sampler import TimeRespectingSampler
from components.train_gnn.settings import SamplerSettings
from components.train_gnn.supervision import (
    CLICKS,
    PAIR_RELATIONS,
    VIEWS,
    Links,
    Supervision,
    impressed_links,
    split_supervision,
)
from schemas.graph_artifact import EDGE_TYPES
from tests.components.train_gnn.random_graphs import LAST_INSTANT, random_tables
from tests.components.train_gnn.sampler.toy_scales import at_toy_scale

STRATEGIES = ("uniform", "recency", "importance")


def settings_of(strategy: str, replace: bool = False) -> SamplerSettings:
    return SamplerSettings.model_validate({"strategy": strategy, "replace": replace})


def sampler_of(
    tables: GraphTables,
    supervision: Supervision | None,
    fan_out: tuple[int, ...],
    seed: int = 0,
    sampler_settings: SamplerSettings | None = None,
    merged: bool = False,
) -> TimeRespectingSampler:
    return at_toy_scale(
        TimeRespectingSampler(tables.edges, supervision, LAST_INSTANT, fan_out, seed, sampler_settings, merged)
    )


def sample(sampler: TimeRespectingSampler, links: Links, numbers: numpy.ndarray | None = None) -> HeteroSamplerOutput:
    return sampler.sample_from_edges(
        EdgeSamplerInput(
            input_id=None if numbers is None else torch.from_numpy(numbers),
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


@settings(max_examples=60)
@given(
    seed=strategies.integers(0, 50),
    fan_out=strategies.sampled_from([(3, 2), (1, 1, 1), (100, 100), (-1, 2)]),
    strategy=strategies.sampled_from(STRATEGIES),
    replace=strategies.booleans(),
    look_back=strategies.sampled_from([None, 200]),
    merged_at=strategies.sampled_from([None, 500]),
)
def test_sampled_edges_are_true_older_and_unsupervised(
    seed: int, fan_out: tuple[int, ...], strategy: str, replace: bool, look_back: int | None, merged_at: int | None
) -> None:
    """Every sampled edge, by its position: its ends, its time, its pair; of links that are held out as well."""
    tables = random_tables(seed)
    supervision = supervision_of(tables, seed)
    sampler = sampler_of(
        tables,
        supervision,
        tuple(abs(number) for number in fan_out) if replace else fan_out,
        seed,
        settings_of(strategy, replace),
        merged=merged_at is not None,
    )
    sampler.look_back = look_back
    links = supervision.held_out
    if merged_at is not None:
        links = Links(links.user, links.content, numpy.full(len(links), merged_at), links.label)
    output = sample(sampler, links)
    forbidden = set(supervision.pair_keys.tolist())
    assert forbidden
    true_edges = {
        each: set(zip(edges.row.tolist(), edges.target.tolist(), edges.time.tolist(), strict=True))
        for each, edges in tables.edges.items()
    }
    for edge_type in EDGE_TYPES:
        source, _, target = edge_type
        edges = sampler.edges[edge_type]
        row, column, edge = (part[edge_type].numpy() for part in (output.row, output.col, output.edge))
        if merged_at is None:
            tree = output.batch[target].numpy()[column]
            assert (output.batch[source].numpy()[row] == tree).all(), "an edge must stay inside its seed's tree"
            instant = links.time[tree]
        else:
            instant = numpy.full(len(edge), merged_at)
        from_node, to_node = output.node[source].numpy()[row], output.node[target].numpy()[column]
        assert (edges.row[edge] == from_node).all()
        assert (edges.target[edge] == to_node).all()
        assert (edges.time[edge] < instant).all()
        assert look_back is None or (edges.time[edge] >= instant - look_back).all()
        assert (
            set(zip(from_node.tolist(), to_node.tolist(), edges.time[edge].tolist(), strict=True))
            <= true_edges[edge_type]
        )
        if edge_type in PAIR_RELATIONS:
            user, content = (from_node, to_node) if source == "user" else (to_node, from_node)
            assert not forbidden & set((user * tables.contents + content).tolist())
        if not replace:
            assert len(numpy.unique(numpy.stack([column, edge]), axis=1).T) == len(edge), "an edge was drawn twice"


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_wide_fan_out_takes_every_older_edge(strategy: str) -> None:
    """Completeness, against a plain loop: the seeds' own edges and their true degrees."""
    tables = random_tables(11)
    supervision = supervision_of(tables, 11)
    links = supervision.training
    output = sample(sampler_of(tables, supervision, (1_000, 1), sampler_settings=settings_of(strategy)), links)
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


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_same_seed_same_trees(strategy: str) -> None:
    tables = random_tables(2)
    supervision = supervision_of(tables, 2)

    def nodes(seed: int, epoch: int) -> list[int]:
        sampler = sampler_of(tables, supervision, (2, 2), seed, settings_of(strategy)).at_epoch(epoch)
        output = sample(sampler, supervision.training)
        return [node for kind in output.node for node in output.node[kind].tolist()]

    assert nodes(7, 0) == nodes(7, 0)
    assert nodes(7, 0) != nodes(8, 0)
    assert nodes(7, 0) != nodes(7, 1)
    assert nodes(7, 1) != nodes(8, 0)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_tree_does_not_depend_on_its_batch(strategy: str) -> None:
    """A link's tree alone is its tree among others, in any order."""
    tables = random_tables(3)
    supervision = supervision_of(tables, 3)
    links = supervision.training
    sampler = sampler_of(tables, supervision, (3, 2), sampler_settings=settings_of(strategy))

    def trees(numbers: numpy.ndarray) -> dict[int, list[list[int]]]:
        output = sample(sampler, links.select(numbers), numbers)
        return {
            int(number): [
                output.node[kind].numpy()[output.batch[kind].numpy() == place].tolist() for kind in sampler.kinds
            ]
            for place, number in enumerate(numbers)
        }

    together = trees(numpy.random.default_rng(0).permutation(len(links)))
    for number in range(0, len(links), 7):
        assert trees(numpy.array([number]))[number] == together[number]


def test_trees_of_single_nodes_respect_their_times_too() -> None:
    """Distinct instants of random_graphs tell from the seeds' own view edges alone which ones may be drawn."""
    tables = random_tables(5)
    sampler = sampler_of(tables, supervision_of(tables, 5), (1_000,))
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


def test_a_merged_graph_has_every_node_once() -> None:
    """With all neighbours, it holds exactly the nodes and edges of the disjoint trees, each once."""
    tables = random_tables(6)
    links = impressed_links(tables.edges[VIEWS], tables.edges[CLICKS]).select(numpy.arange(0, 40, 3))
    links = Links(links.user, links.content, numpy.full(len(links), 600), links.label)
    merged, apart = (sample(sampler_of(tables, None, (-1, -1), merged=each), links) for each in (True, False))
    assert merged.batch is None
    ends = merged.metadata[1].numpy()
    assert (merged.node["user"].numpy()[ends[0]] == links.user).all()
    assert (merged.node["content"].numpy()[ends[1]] == links.content).all()
    for kind in ("user", "content", "brand"):
        assert len(merged.node[kind].unique()) == len(merged.node[kind]) == sum(merged.num_sampled_nodes[kind])
        assert set(merged.node[kind].tolist()) == set(apart.node[kind].tolist())
    for edge_type in EDGE_TYPES:
        assert len(merged.edge[edge_type].unique()) == len(merged.edge[edge_type])
        assert set(merged.edge[edge_type].tolist()) == set(apart.edge[edge_type].tolist())


def test_merged_seeds_of_differing_times_are_refused() -> None:
    tables = random_tables(2)
    links = impressed_links(tables.edges[VIEWS], tables.edges[CLICKS])
    sampler = sampler_of(tables, None, (2, 2), merged=True)
    with pytest.raises(ValueError, match=f"{links.time.min()} to {links.time.max()}.*rule 4"):
        sample(sampler, links)


@pytest.mark.parametrize("merged", [False, True])
def test_seeds_without_a_time_are_refused(merged: bool) -> None:
    tables = random_tables(2)
    sampler = sampler_of(tables, supervision_of(tables, 2), (2, 2), merged=merged)
    with pytest.raises(ValueError, match="rule 4"):
        sampler.sample_from_edges(
            EdgeSamplerInput(None, torch.tensor([0]), torch.tensor([0]), torch.tensor([1.0]), None, VIEWS)
        )
    with pytest.raises(ValueError, match="rule 4"):
        sampler.sample_from_nodes(NodeSamplerInput(None, torch.tensor([0]), None, "user"))


def test_fan_out_by_relation() -> None:
    """All views of a content, none of its clicks."""
    tables = random_tables(4)
    fan_out = {edge_type: (-1,) if edge_type == VIEWS else (0,) for edge_type in EDGE_TYPES}
    sampler = TimeRespectingSampler(tables.edges, None, LAST_INSTANT, fan_out, 0)
    contents = torch.arange(tables.contents)
    output = sampler.sample_from_nodes(
        NodeSamplerInput(None, contents, torch.full_like(contents, LAST_INSTANT), "content")
    )
    assert sorted(output.edge[VIEWS].tolist()) == list(range(len(tables.edges[VIEWS].row)))
    assert all(len(output.edge[each]) == 0 for each in EDGE_TYPES if each != VIEWS)


def test_a_fan_out_that_does_not_fit_is_refused() -> None:
    tables = random_tables(4)
    with pytest.raises(ValueError, match="same number of layers"):
        TimeRespectingSampler(tables.edges, None, LAST_INSTANT, {VIEWS: (1, 2)}, 0)
    with pytest.raises(ValueError, match="with replacement"):
        sampler_of(tables, None, (-1, 2), sampler_settings=settings_of("uniform", replace=True))


def test_what_is_not_left_out_is_not_copied() -> None:
    """Memory-mapped edges stay where they are."""
    tables = random_tables(4)
    sampler = sampler_of(tables, supervision_of(tables, 4), (2,))
    for edge_type in EDGE_TYPES:
        shared = numpy.shares_memory(sampler.relations[edge_type].edges.time, tables.edges[edge_type].time)
        assert shared == (edge_type not in PAIR_RELATIONS)
