"""The path of cold content through the sampler: all its views and clicks, and more of its brands."""

from __future__ import annotations

from collections.abc import Mapping

import numpy
import numpy.typing

from components.train_gnn.sampler.frontier import EVERY_EDGE, Frontier, Sample, eligible_slices
from components.train_gnn.sampler.relation import Relation
from components.train_gnn.settings import ColdStartSettings
from components.train_gnn.supervision import VIEWS
from schemas.graph_artifact import EdgeType, IntArray


class ColdContent:
    """Tells, while one sample grows, which nodes draw more than the fan-out.

    A content is cold where it has fewer views before its seed's time than the settings say, whatever its place in the
    tree. It takes every view and click, and up to `cold_brand_fan_out` brands; and so many neighbours, in every
    relation, does a brand draw that was reached from it.

    Args:
        settings: The threshold and the wider fan-out.
        relations: The edges that carry messages.
        sample: The sample with its seeds.
    """

    def __init__(self, settings: ColdStartSettings, relations: Mapping[EdgeType, Relation], sample: Sample) -> None:
        self.settings, self.relations, self.sample = settings, relations, sample
        self.first: dict[str, int] = {}
        self.cold = numpy.zeros(0, dtype=numpy.bool_)  # of the content to expand
        self.of_cold = numpy.zeros(len(sample.node["brand"]), dtype=numpy.bool_)  # of every sampled brand

    def begin_layer(self, first: dict[str, int], instant: IntArray, look_back: int | None) -> None:
        """Finds the cold ones among the nodes that the next layer expands; see grow and make_frontier."""
        self.first = dict(first)
        begin = first["content"]
        node, tree = self.sample.node["content"][begin:], self.sample.tree["content"][begin:]
        start, stop = eligible_slices(self.relations[VIEWS], node, tree, instant, look_back)
        self.cold = stop - start < self.settings.cold_views

    def fan_out(self, edge_type: EdgeType, usual: int) -> int | IntArray:
        """Edges to draw for each node that the layer expands in a relation: one number, or one a node."""
        source, _, target = edge_type
        if target == "user" or usual == EVERY_EDGE:
            return usual
        wider = max(usual, self.settings.cold_brand_fan_out)
        if target == "brand":
            return numpy.where(self.of_cold[self.first["brand"] :], wider, usual)
        every = len(self.relations[edge_type].edges.row)
        return numpy.where(self.cold, wider if source == "brand" else every, usual)

    def end_layer(self, frontiers: list[Frontier]) -> None:
        """Remembers the brands that cold content reached."""
        known = self.of_cold
        self.of_cold = numpy.zeros(len(self.sample.node["brand"]), dtype=numpy.bool_)
        self.of_cold[: len(known)] = known
        for frontier in frontiers:
            edge_type = frontier.relation.edge_type
            if (edge_type[0], edge_type[2]) == ("brand", "content") and frontier.draws:
                brand, content = self.sample.ends[edge_type][:, -frontier.draws :]
                self.of_cold[brand[self.cold[content - self.first["content"]]]] = True
