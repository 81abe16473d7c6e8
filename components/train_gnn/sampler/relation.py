"""One relation as the sampler holds it."""

from __future__ import annotations

import dataclasses

import numpy

from components.train_gnn.sampler.slice_search import guide_table
from schemas.graph_artifact import Edges, EdgeType, RowArray


@dataclasses.dataclass(frozen=True)
class Relation:
    """A relation's edges and what makes the search in their times quick.

    Attributes:
        edge_type: Source kind, name, target kind.
        number: Part of every random draw in this relation.
        edges: By target, then time; memory-mapped where nothing had to be left out.
        guide: The guide_table of the times.
    """

    edge_type: EdgeType
    number: int
    edges: Edges
    guide: RowArray


def make_relation(edge_type: EdgeType, number: int, edges: Edges) -> Relation:
    """Prepares one relation; its arrays become plain read-only views, so that each kernel is compiled once."""
    plain = Edges(*(_read_only(array) for array in (edges.colptr, edges.row, edges.time, edges.weight)))
    return Relation(edge_type, number, plain, _read_only(guide_table(plain.colptr, plain.time)))


def _read_only(array: numpy.ndarray) -> numpy.ndarray:
    view = numpy.asarray(array).view()
    view.flags.writeable = False
    return view
