"""The message block of some target nodes: all their known in-edges, and only the vectors that those read."""

from __future__ import annotations

import dataclasses

import numpy
import torch

from components.embed_nodes.known_edges import KnownEdges
from components.train_gnn.message_block import MessageBlock, sparse_adjacency
from components.train_gnn.message_weights import counts_alike, message_weights
from components.train_gnn.settings import MessageSettings
from schemas.graph_artifact import Edges, EdgeType, FloatArray, IntArray, RowArray

_ROWS = 64
"""Blocks have a multiple of this many rows. Matrix products of few rows take other paths and round differently; with
whole multiples a node's vector has the same bits whatever the nodes beside it (tested)."""


@dataclasses.dataclass(frozen=True)
class TargetBlock:
    """What one layer needs for some targets of one kind.

    Attributes:
        block: Its targets are the wanted ones, then padding without edges; other kinds have no targets.
        sources: For each kind the nodes whose vectors the block reads, in its order; None for every node.
    """

    block: MessageBlock
    sources: dict[str, IntArray | None]


@dataclasses.dataclass(frozen=True)
class _InEdges:
    colptr: IntArray
    row: RowArray
    weight: FloatArray


def target_block(known: KnownEdges, kind: str, targets: IntArray, messages: MessageSettings) -> TargetBlock:
    """Makes the block.

    Args:
        known: The graph at the instant.
        kind: Of the targets.
        targets: Node indices, ascending.
        messages: What each edge counts.
    """
    padded = _whole_rows(len(targets))
    incoming = {
        edge_type: _in_edges(known, edge_type, targets, messages) for edge_type in known.edges if edge_type[2] == kind
    }
    sources = {
        source: _Sources(
            count,
            [edges.row for edge_type, edges in incoming.items() if edge_type[0] == source],
            targets if source == kind else None,
        )
        for source, count in known.nodes.items()
    }
    adjacency, degree = {}, {}
    for edge_type in known.edges:
        source = sources[edge_type[0]]
        edges = incoming.get(edge_type, _NONE)
        rows = padded if edge_type in incoming else 0
        colptr = numpy.append(edges.colptr, numpy.full(rows + 1 - len(edges.colptr), edges.colptr[-1]))
        row = torch.from_numpy(source.positions(edges.row).astype(numpy.int64))
        adjacency[edge_type] = sparse_adjacency(
            torch.from_numpy(colptr), row, torch.from_numpy(edges.weight), source.count
        )
        degree[edge_type] = torch.from_numpy(numpy.diff(colptr))
    own = {each: torch.zeros(0, dtype=torch.long) for each in known.nodes}
    own[kind] = torch.zeros(padded, dtype=torch.long)
    own[kind][: len(targets)] = torch.from_numpy(sources[kind].positions(targets).astype(numpy.int64))
    return TargetBlock(MessageBlock(adjacency, degree, own), {each: read.nodes for each, read in sources.items()})


class _Sources:
    """The nodes of one kind that a block reads: ascending, padded to whole rows with repeats of the last.

    Args:
        nodes: Number of nodes of the kind.
        rows: Sources of the block's edges.
        own: Its targets, where they are of the kind.
    """

    def __init__(self, nodes: int, rows: list[RowArray], own: IntArray | None) -> None:
        self.nodes: IntArray | None = None
        self.count, self._position = nodes, numpy.empty(0, dtype=numpy.int32)
        if _ROWS <= nodes <= sum(map(len, rows)) + (0 if own is None else len(own)):
            return  # finding out which are read would cost more than it saves
        read = numpy.zeros(nodes, dtype=bool)
        for row in rows:
            read[row] = True
        if own is not None:
            read[own] = True
        chosen = numpy.flatnonzero(read)
        if nodes and not len(chosen):
            chosen = numpy.zeros(1, dtype=numpy.int64)  # operators do not take empty sources
        self._position = numpy.empty(nodes, dtype=numpy.int32)
        self._position[chosen] = numpy.arange(len(chosen), dtype=numpy.int32)
        self.nodes = numpy.append(chosen, numpy.full(_whole_rows(len(chosen)) - len(chosen), chosen.max(initial=0)))
        self.count = len(self.nodes)

    def positions(self, wanted: IntArray | RowArray) -> IntArray | RowArray:
        """The row of each wanted node among the block's sources."""
        return wanted if self.nodes is None else self._position[wanted]


def _in_edges(known: KnownEdges, edge_type: EdgeType, targets: IntArray, messages: MessageSettings) -> _InEdges:
    edges: Edges = known.edges[edge_type]
    colptr, position = known.positions(edge_type, targets)
    row = numpy.array(edges.row[position])
    if counts_alike(edge_type, messages):
        weight = numpy.ones(len(row), dtype=numpy.float32)
    else:
        instant = numpy.full(len(row), known.instant, dtype=numpy.int64)
        weight = message_weights(edge_type, edges.time[position], edges.weight[position], instant, messages)
    return _InEdges(colptr, row, weight)


def _whole_rows(count: int) -> int:
    return -(-count // _ROWS) * _ROWS


_NONE = _InEdges(
    numpy.zeros(1, dtype=numpy.int64), numpy.empty(0, dtype=numpy.int32), numpy.empty(0, dtype=numpy.float32)
)
