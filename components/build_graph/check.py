"""Proofs about finished graphs: two of them share no edge, and none holds anything at or after its as_of."""

from __future__ import annotations

from pathlib import Path

import numpy
import pandas
import pyarrow.compute

from schemas.errors import ContractError
from schemas.graph_artifact import EDGE_TYPES, NODE_KINDS, EdgeType, GraphArtifact
from schemas.instants import Instant, format_instant


def check_disjoint(train: Path, test: Path) -> None:
    """Proves that two graphs share no edge and that each respects its `as_of` (rule 2 of the design's section 5).

    Edges are compared by relation, the ids of both ends and time, since indices differ between graphs.

    Args:
        train: A graph artifact.
        test: Another one.

    Raises:
        ContractError: An edge is in both graphs, or one holds something at or after its `as_of`.
    """
    graphs = [GraphArtifact(train), GraphArtifact(test)]
    for graph in graphs:
        check_as_of(graph)
    for edge_type in EDGE_TYPES:
        first, second = (_edges_by_id(graph, edge_type, _shared_span(graphs, edge_type)) for graph in graphs)
        shared = first.merge(second, on=["source", "target", "time"])
        if len(shared):
            edge = shared.iloc[0]
            raise ContractError(
                f"{train} and {test} share {len(shared):,} edges of {'-'.join(edge_type)}, for example "
                f"{edge['source']} to {edge['target']} at {format_instant(int(edge['time']))}; build the test graph "
                "from the end of the training window on, without what lies before it (reach_back=False)"
            )


def check_as_of(graph: GraphArtifact) -> None:
    """Proves that nodes, orders and edges of a graph are strictly before its `as_of` (rule 8).

    Raises:
        ContractError: Something is not; the message names what, when, and the `as_of`.
    """
    times = {f"a node of {kind}": _first_seen(graph, kind) for kind in NODE_KINDS}
    times |= {f"an edge of {'-'.join(edge_type)}": graph.edges(edge_type).time for edge_type in EDGE_TYPES}
    times["an order"] = graph.orders.time
    for name, time in times.items():
        if len(time) and int(time.max()) >= graph.meta.as_of_instant:
            raise ContractError(
                f"{graph.folder}: {name} has the time {format_instant(int(time.max()))}, which is not before the "
                f"graph's as_of {graph.meta.as_of}; build the graph anew"
            )


def _first_seen(graph: GraphArtifact, kind: str) -> numpy.typing.NDArray[numpy.int64]:
    column = graph.nodes(kind)["first_seen"]
    time: numpy.typing.NDArray[numpy.int64] = pyarrow.compute.cast(column, "int64").to_numpy()
    return time


def _shared_span(graphs: list[GraphArtifact], edge_type: EdgeType) -> tuple[Instant, Instant]:
    """First and last instant that both graphs reach: only edges between them can be shared."""
    times = [graph.edges(edge_type).time for graph in graphs]
    if not all(len(time) for time in times):
        return 1, 0
    return max(int(time.min()) for time in times), min(int(time.max()) for time in times)


def _edges_by_id(graph: GraphArtifact, edge_type: EdgeType, span: tuple[Instant, Instant]) -> pandas.DataFrame:
    edges = graph.edges(edge_type)
    inside = numpy.flatnonzero((edges.time >= span[0]) & (edges.time <= span[1]))
    source, target = (graph.nodes(kind)["id"].to_pandas() for kind in (edge_type[0], edge_type[2]))
    return pandas.DataFrame(
        {
            "source": source.to_numpy()[edges.row[inside]],
            "target": target.to_numpy()[edges.target[inside]],
            "time": edges.time[inside],
        }
    )
