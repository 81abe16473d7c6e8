"""Grows a sample layer by layer."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy

from components.train_gnn.sampler.cold_content import ColdContent
from components.train_gnn.sampler.frontier import Sample, Strategy, make_frontier
from components.train_gnn.sampler.relation import Relation
from schemas.graph_artifact import EdgeType, IntArray


@dataclasses.dataclass(frozen=True)
class LayerCounts:
    """How a sample is divided into layers.

    Attributes:
        nodes: Nodes added by each layer, seeds first, by kind.
        edges: Edges added by each layer, by relation.
        degree: The true number of eligible edges of each expanded node, by relation.
    """

    nodes: dict[str, list[int]]
    edges: dict[EdgeType, list[int]]
    degree: dict[EdgeType, IntArray]


def grow(
    sample: Sample,
    relations: Mapping[EdgeType, Relation],
    strategy: Strategy,
    instant: IntArray,
    look_back: int | None,
    fan_out: Mapping[EdgeType, tuple[int, ...]],
    replace: bool,
    cold_content: ColdContent | None = None,
) -> LayerCounts:
    """Expands the seeds of a sample; every node is expanded in every relation that points to its kind.

    Args:
        sample: Holds the seeds; receives all else.
        relations: The edges that carry messages.
        strategy: How edges are chosen.
        instant: The seed's time of each tree [trees].
        look_back: Microseconds before it from which on edges are eligible; None for no limit.
        fan_out: Edges to draw for a node, one number a layer, by relation.
        replace: Whether an edge can be drawn twice.
        cold_content: Draws more for cold content; None: all content is alike.
    """
    nodes = {kind: [len(ids)] for kind, ids in sample.node.items()}
    added: dict[EdgeType, list[int]] = {edge_type: [] for edge_type in relations}
    degrees: dict[EdgeType, list[IntArray]] = {edge_type: [] for edge_type in relations}
    first = dict.fromkeys(sample.node, 0)  # where the frontier starts among the nodes of its kind
    layers = len(next(iter(fan_out.values())))
    for layer in range(layers):
        frontiers, positions = [], []
        if cold_content is not None:
            cold_content.begin_layer(first, instant, look_back)
        for edge_type, relation in relations.items():
            target = edge_type[2]
            begin = first[target]
            wanted = fan_out[edge_type][layer]
            frontier = make_frontier(
                relation,
                begin,
                sample.node[target][begin:],
                sample.tree[target][begin:],
                sample.key[target][begin:],
                instant,
                look_back,
                wanted if cold_content is None else cold_content.fan_out(edge_type, wanted),
                replace,
            )
            position = numpy.empty(frontier.draws, dtype=numpy.int64)
            strategy.draw(frontier, position)
            frontiers.append(frontier)
            positions.append(position)
            degrees[edge_type].append(frontier.stop - frontier.start)
            added[edge_type].append(frontier.draws)
        first = {kind: len(ids) for kind, ids in sample.node.items()}
        sample.add_layer(frontiers, positions, expands=layer + 1 < layers)
        if cold_content is not None:
            cold_content.end_layer(frontiers)
        for kind, ids in sample.node.items():
            nodes[kind].append(len(ids) - first[kind])
    return LayerCounts(nodes, added, {edge_type: numpy.concatenate(parts) for edge_type, parts in degrees.items()})
