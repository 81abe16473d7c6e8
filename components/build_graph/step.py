"""The step: validated logs in, one graph artifact out."""

from __future__ import annotations

import hashlib
from pathlib import Path

from components.build_graph.edges import link_tables
from components.build_graph.engine import engine
from components.build_graph.graph_files import write_edges, write_features, write_nodes
from components.build_graph.log_tables import open_log_tables, read_validated_meta
from components.build_graph.nodes import node_tables
from components.build_graph.settings import GraphSettings
from schemas.artifact_meta import FILE_NAME, ArtifactMeta, write_meta
from schemas.errors import ContractError
from schemas.folders import whole_folder
from schemas.instants import Instant, format_instant
from schemas.step_report import StepReport


def build_graph(
    *,
    logs: Path,
    output: Path,
    start: Instant,
    end: Instant,
    settings: GraphSettings,
    report: StepReport,
    reach_back: bool = True,
) -> None:
    """Builds the graph of the impressions in [start, end), with `end` as its `as_of`.

    Nodes, orders, follows and content-brand links reach back before `start`; all are strictly before `end`.

    Args:
        logs: An artifact of kind "validated_logs" that covers [start, end).
        output: Where the artifact of kind "graph" goes (schemas/graph_artifact.py).
        start: The first instant of the window.
        end: Its end, exclusive.
        settings: Engine and how much of the machine it may use.
        report: Gets the counts of nodes and edges.
        reach_back: False leaves out follows and content-brand links from before `start` as well, so that the graph
            shares no edge with the one that ends at `start` (rule 2: the test graph).

    Raises:
        ContractError: The logs do not cover the window or have no impression in it; nothing has been written.
    """
    inputs = read_validated_meta(logs, start, end)
    with engine(settings) as connection:
        tables = open_log_tables(connection, logs, start, end)
        if not tables.impressions.in_window.any().execute():
            raise ContractError(
                f"{logs / 'impressions'}: no impression from {format_instant(start)} to {format_instant(end)}; "
                f"the logs were validated for {inputs.details['window_start']} to {inputs.as_of}"
            )
        nodes = node_tables(connection, tables)
        links = link_tables(connection, tables, nodes, reach_back)
        with whole_folder(output) as folder:
            written = [
                *write_nodes(nodes, folder / "nodes"),
                *write_features(connection, tables, nodes, folder / "features"),
                *write_edges(connection, links, nodes, folder / "edges"),
            ]
            report.counts |= {part.name: part.count for part in written}
            meta = ArtifactMeta(
                kind="graph",
                as_of=format_instant(end),
                largest_event_time=format_instant(max(part.largest for part in written if part.largest is not None)),
                inputs={"validated_logs": hashlib.sha256((logs / FILE_NAME).read_bytes()).hexdigest()},
                counts=report.counts,
                details={"window_start": format_instant(start), "reach_back": reach_back},
            )
            write_meta(folder, meta)
