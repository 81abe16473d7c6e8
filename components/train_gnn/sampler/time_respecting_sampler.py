"""Time-respecting neighbour sampling from the graph artifact, as a sampler for PyG's loaders.

Every seed grows a tree of its own ("disjoint"), and every node of a tree lives at its seed's time: only edges strictly
before it are drawn (rule 4). The sampler itself drops the edges of supervised pairs (rule 3), so that no caller can
forget to.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import TypeAlias, TypeVar

import numpy
import torch
from torch_geometric.sampler import (
    BaseSampler,
    EdgeSamplerInput,
    HeteroSamplerOutput,
    NegativeSampling,
    NodeSamplerInput,
)

from components.train_gnn.sampler.cold_content import ColdContent
from components.train_gnn.sampler.frontier import EVERY_EDGE
from components.train_gnn.sampler.growth import LayerCounts, grow
from components.train_gnn.sampler.merged_graph import MergedGraph, require_one_time
from components.train_gnn.sampler.message_edges import message_edges
from components.train_gnn.sampler.relation import make_relation
from components.train_gnn.sampler.sampled_trees import SampledTrees
from components.train_gnn.sampler.strategies import make_strategy
from components.train_gnn.settings import ColdStartSettings, SamplerSettings
from components.train_gnn.supervision import VIEWS, Supervision
from schemas.graph_artifact import NODE_KINDS, Edges, EdgeType, IntArray
from schemas.instants import Instant, parse_duration

FanOut: TypeAlias = tuple[int, ...] | Mapping[EdgeType, tuple[int, ...]]
"""Edges to draw, one number a layer: the same for every relation, or by relation."""

Key = TypeVar("Key", str, EdgeType)


class TimeRespectingSampler(BaseSampler):
    """Draws edges older than the seed, by one of the strategies of strategies.py.

    A seed's tree depends on the sampler's seed and epoch and on the seed's number in the loader's input alone: not on
    the batch that it is in, nor on the number of threads. The sampler changes nothing of itself, so that any number of
    threads may call it.

    Args:
        edges: Every relation of the graph, by target, then time.
        supervision: The supervised pairs; their edges are removed before anything is sampled. None where nothing is
            supervised.
        end: The end of the training days; younger edges are never seen.
        fan_out: Edges drawn for each node and relation, one number a layer, seeds first, -1 for all; or such numbers
            by relation, the same number of layers each.
        seed: Seed of the draws.
        settings: Strategy, replacement and look-back.
        merged: Whether all seeds of a batch grow one graph together, in which every node stands once. Only for
            batches whose seeds share one time.
        cold_start: From how few views on a content takes all its edges; None: none does.

    Raises:
        ValueError: The fan-out does not fit the relations, or all edges are asked for with replacement, or there are no
            views to tell cold content by.
    """

    def __init__(
        self,
        edges: Mapping[EdgeType, Edges],
        supervision: Supervision | None,
        end: Instant,
        fan_out: FanOut,
        seed: int,
        settings: SamplerSettings | None = None,
        merged: bool = False,
        cold_start: ColdStartSettings | None = None,
    ) -> None:
        settings = settings or SamplerSettings()
        self.edges = message_edges(edges, supervision, end)
        self.relations = {
            edge_type: make_relation(edge_type, number, relation)
            for number, (edge_type, relation) in enumerate(self.edges.items())
        }
        self.kinds = tuple(kind for kind in NODE_KINDS if any(kind in (each[0], each[2]) for each in edges))
        self.strategy = make_strategy(self.relations, end, seed, settings)
        self.fan_out = fan_out if isinstance(fan_out, Mapping) else dict.fromkeys(self.edges, fan_out)
        self.replace = settings.replace
        self.look_back = None if settings.look_back is None else parse_duration(settings.look_back)
        self.settings, self.merged = settings, merged
        self.cold_start = cold_start if cold_start is not None and cold_start.cold_views else None
        self.seed = seed
        self.epoch = 0
        if set(self.fan_out) != set(self.edges) or len({len(layers) for layers in self.fan_out.values()}) != 1:
            raise ValueError(f"fan_out {dict(self.fan_out)} must give each relation the same number of layers")
        if self.replace and any(EVERY_EDGE in layers for layers in self.fan_out.values()):
            raise ValueError("a fan-out of -1 takes every edge once; it has no meaning with replacement")
        if self.cold_start is not None and (self.replace or VIEWS not in self.edges or "brand" not in self.kinds):
            raise ValueError(
                f"cold_views {self.cold_start.cold_views}: cold content takes each of its views once; that needs "
                "replace: false, and relations of users, contents and brands"
            )

    def at_epoch(self, epoch: int) -> TimeRespectingSampler:
        """The same sampler with other draws; the edges are shared."""
        result = copy.copy(self)
        result.epoch = epoch
        return result

    @property
    def random_seed(self) -> int:
        """The seed of the epoch's draws, 64 bits."""
        # The golden ratio's bits keep the epochs of neighbouring seeds apart.
        return (self.seed * 0x9E3779B97F4A7C15 + self.epoch * 0xD1B54A32D192ED03) % 2**64

    def sample_from_nodes(self, inputs: NodeSamplerInput) -> HeteroSamplerOutput:
        """Neighbourhoods of single nodes; their times are required.

        The result's metadata holds the inputs' ids and times as PyG's loader wants them, which of the sampled nodes
        each seed is, and the true number of eligible edges of each expanded node, by relation.

        Raises:
            ValueError: The nodes have no times, or are to be merged and their times differ.
        """
        instant = seed_instants(inputs.time)
        output, number, counts = self._sample({inputs.input_type: inputs.node.numpy()}, instant, inputs.input_id)
        seeds = torch.from_numpy(number[inputs.input_type])
        output.metadata = (inputs.input_id, inputs.time, seeds, _tensors(counts.degree))
        return output

    def sample_from_edges(
        self, inputs: EdgeSamplerInput, neg_sampling: NegativeSampling | None = None
    ) -> HeteroSamplerOutput:
        """Neighbourhoods of both ends of each (user, content) link, at the link's time.

        Negatives are impressed links. The last element of the result's metadata holds the true number of eligible
        edges of each expanded node, by relation.

        Raises:
            ValueError: The links have no times, or are to be merged and their times differ, or negatives are asked for.
        """
        if neg_sampling is not None:
            raise ValueError("negatives are impressed-not-clicked links of the input; got neg_sampling as well")
        instant = seed_instants(inputs.time)
        source, _, target = inputs.input_type
        if source == target:
            raise ValueError(f"links of {inputs.input_type} join nodes of one kind; users are linked with content")
        seeds = {source: inputs.row.numpy(), target: inputs.col.numpy()}
        output, number, counts = self._sample(seeds, instant, inputs.input_id)
        ends = torch.from_numpy(numpy.stack([number[source], number[target]]))
        output.metadata = (inputs.input_id, ends, inputs.label, inputs.time, _tensors(counts.degree))
        return output

    def _sample(
        self, seeds: dict[str, IntArray], instant: IntArray, input_id: torch.Tensor | None
    ) -> tuple[HeteroSamplerOutput, dict[str, IntArray], LayerCounts]:
        """The sample, which of its nodes each seed is, and the sizes of its layers."""
        random_seed, edge_types = numpy.uint64(self.random_seed), tuple(self.edges)
        sample: SampledTrees | MergedGraph
        if self.merged:
            require_one_time(instant)
            sample = MergedGraph(seeds, self.kinds, edge_types, random_seed, int(instant[0]) if len(instant) else 0)
            number, instant = sample.seed_number, instant[:1]
        else:
            identity = numpy.arange(len(instant)) if input_id is None else input_id.numpy()
            sample = SampledTrees(seeds, self.kinds, edge_types, random_seed, identity)
            number = {kind: numpy.arange(len(ids)) for kind, ids in seeds.items()}
        cold_content = None if self.cold_start is None else ColdContent(self.cold_start, self.relations, sample)
        counts = grow(
            sample, self.relations, self.strategy, instant, self.look_back, self.fan_out, self.replace, cold_content
        )
        ends = _tensors(sample.ends)
        output = HeteroSamplerOutput(
            node=_tensors(sample.node),
            row={edge_type: both[0] for edge_type, both in ends.items()},
            col={edge_type: both[1] for edge_type, both in ends.items()},
            edge=_tensors(sample.edge),
            batch=None if self.merged else _tensors(sample.tree),
            num_sampled_nodes=counts.nodes,
            num_sampled_edges=counts.edges,
        )
        return output, number, counts


def seed_instants(time: torch.Tensor | None) -> IntArray:
    """The times of seeds, which are required.

    Raises:
        ValueError: There are none.
    """
    if time is None:
        raise ValueError("seeds without a time cannot be sampled: pass the loader's time argument (rule 4)")
    instants: IntArray = time.numpy().astype(numpy.int64, copy=False)
    return instants


def _tensors(arrays: dict[Key, IntArray]) -> dict[Key, torch.Tensor]:
    return {key: torch.from_numpy(array) for key, array in arrays.items()}
