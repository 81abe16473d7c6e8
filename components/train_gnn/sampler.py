"""Time-respecting neighbour sampling from the graph artifact, as a sampler for PyG's loaders.

Every seed grows a tree of its own ("disjoint"), and every node of a tree lives at its seed's time: only edges strictly
before it are drawn (rule 4). The sampler itself drops the edges of supervised pairs (rule 3), so that no caller can
forget to.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy
import torch
from torch_geometric.sampler import (
    BaseSampler,
    EdgeSamplerInput,
    HeteroSamplerOutput,
    NegativeSampling,
    NodeSamplerInput,
)

from components.train_gnn.supervision import Supervision, message_edges
from components.train_gnn.uniform_choice import choose_uniformly
from schemas.graph_artifact import NODE_KINDS, Edges, EdgeType, IntArray
from schemas.instants import Instant
from schemas.time_search import first_not_before


class TimeRespectingSampler(BaseSampler):
    """Uniform sampling without replacement of edges older than the seed.

    Args:
        edges: Every relation of the graph, by target, then time.
        supervision: The supervised pairs; their edges are removed before anything is sampled.
        end: The end of the training days; younger edges are never seen.
        fan_out: Edges drawn for each node and relation, one number a layer, seeds first.
        seed: Seed of the draws.
    """

    def __init__(
        self,
        edges: Mapping[EdgeType, Edges],
        supervision: Supervision,
        end: Instant,
        fan_out: tuple[int, ...],
        seed: int,
    ) -> None:
        self.edges = message_edges(edges, supervision, end)
        self.fan_out = fan_out
        self.generator = numpy.random.default_rng(seed)

    def sample_from_nodes(self, inputs: NodeSamplerInput) -> HeteroSamplerOutput:
        """Trees of single nodes; their times are required."""
        seeds = {inputs.input_type: inputs.node.numpy()}
        output = self._grow(seeds, {inputs.input_type: _require_time(inputs.time)})
        output.metadata = (inputs.input_id, inputs.time)
        return output

    def sample_from_edges(
        self, inputs: EdgeSamplerInput, neg_sampling: NegativeSampling | None = None
    ) -> HeteroSamplerOutput:
        """Two trees for each (user, content) link, both at the link's time; negatives are impressed links."""
        if neg_sampling is not None:
            raise ValueError("negatives are impressed-not-clicked links of the input; got neg_sampling as well")
        time = _require_time(inputs.time)
        source, _, target = inputs.input_type
        output = self._grow({source: inputs.row.numpy(), target: inputs.col.numpy()}, {source: time, target: time})
        position = torch.arange(len(inputs.row))
        degree = output.metadata
        output.metadata = (inputs.input_id, torch.stack([position, position]), inputs.label, inputs.time, degree)
        return output

    def _grow(self, seeds: dict[str, IntArray], times: dict[str, IntArray]) -> HeteroSamplerOutput:
        """Grows every tree layer by layer; metadata of the result is the true degree of each expanded node."""
        nodes: dict[str, list[IntArray]] = {kind: [] for kind in NODE_KINDS}
        trees: dict[str, list[IntArray]] = {kind: [] for kind in NODE_KINDS}
        rows: dict[EdgeType, list[IntArray]] = {edge_type: [] for edge_type in self.edges}
        columns: dict[EdgeType, list[IntArray]] = {edge_type: [] for edge_type in self.edges}
        degrees: dict[EdgeType, list[IntArray]] = {edge_type: [] for edge_type in self.edges}
        count = dict.fromkeys(NODE_KINDS, 0)
        frontier: dict[str, tuple[IntArray, IntArray, IntArray]] = {}
        for kind, ids in seeds.items():
            tree = numpy.arange(len(ids))
            nodes[kind].append(ids)
            trees[kind].append(tree)
            frontier[kind] = (ids, times[kind], tree)
            count[kind] = len(ids)

        nodes_by_layer = {kind: [count[kind]] for kind in NODE_KINDS}
        edges_by_layer: dict[EdgeType, list[int]] = {edge_type: [] for edge_type in self.edges}
        first = dict.fromkeys(NODE_KINDS, 0)  # where the frontier starts among the nodes of its kind
        for wanted in self.fan_out:
            grown: dict[str, list[tuple[IntArray, IntArray, IntArray]]] = {kind: [] for kind in NODE_KINDS}
            next_first = dict(count)
            for edge_type, relation in self.edges.items():
                source, _, target = edge_type
                if target not in frontier:
                    continue
                ids, instant, tree = frontier[target]
                start = numpy.asarray(relation.colptr[ids])
                stop = first_not_before(relation.time, start, numpy.asarray(relation.colptr[ids + 1]), instant)
                owner, offset = choose_uniformly(stop - start, wanted, self.generator)
                rows[edge_type].append(count[source] + numpy.arange(len(owner)))
                columns[edge_type].append(first[target] + owner)
                degrees[edge_type].append(stop - start)
                drawn = relation.row[start[owner] + offset].astype(numpy.int64)
                grown[source].append((drawn, instant[owner], tree[owner]))
                count[source] += len(owner)
            for edge_type, sampled in rows.items():
                edges_by_layer[edge_type].append(sum(map(len, sampled)) - sum(edges_by_layer[edge_type]))
            frontier = {}
            for kind, parts in grown.items():
                if parts:
                    ids, instant, tree = (numpy.concatenate(column) for column in zip(*parts, strict=True))
                    nodes[kind].append(ids)
                    trees[kind].append(tree)
                    frontier[kind] = (ids, instant, tree)
            for kind in NODE_KINDS:
                nodes_by_layer[kind].append(count[kind] - next_first[kind])
            first = next_first

        return HeteroSamplerOutput(
            node={kind: _join(parts) for kind, parts in nodes.items()},
            row={edge_type: _join(parts) for edge_type, parts in rows.items()},
            col={edge_type: _join(parts) for edge_type, parts in columns.items()},
            edge=dict.fromkeys(self.edges),
            batch={kind: _join(parts) for kind, parts in trees.items()},
            num_sampled_nodes=nodes_by_layer,
            num_sampled_edges=edges_by_layer,
            metadata={edge_type: _degree_of_all(parts, count[edge_type[2]]) for edge_type, parts in degrees.items()},
        )


def _require_time(time: torch.Tensor | None) -> IntArray:
    if time is None:
        raise ValueError("seeds without a time cannot be sampled: pass the loader's time argument (rule 4)")
    return time.numpy()


def _join(parts: list[IntArray]) -> torch.Tensor:
    return torch.from_numpy(numpy.concatenate([numpy.empty(0, dtype=numpy.int64), *parts]))


def _degree_of_all(parts: list[IntArray], nodes: int) -> torch.Tensor:
    """Degrees of the expanded nodes, which stand first among their kind; leaves were not counted and get 0."""
    degree = numpy.zeros(nodes, dtype=numpy.int64)
    known = numpy.concatenate([numpy.empty(0, dtype=numpy.int64), *parts])
    degree[: len(known)] = known
    return torch.from_numpy(degree)
