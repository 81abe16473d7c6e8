"""The step: validated logs in, one graph artifact out."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import ibis.expr.types
import pyarrow

from components.build_graph.activity import Activity, activity_of_logs, joined_activity
from components.build_graph.base_graph import BaseGraph
from components.build_graph.edges import LinkTables
from components.build_graph.features import order_links
from components.build_graph.graph_files import write_features, write_nodes
from components.build_graph.log_tables import FIRST_INSTANT, LogTables, open_log_tables, read_validated_meta
from components.build_graph.nodes import node_tables
from components.build_graph.relation_files import RelationFiles
from components.build_graph.settings import GraphSettings
from components.engine.engine import Engine, open_engine
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
    base: Path | None = None,
    read_from: str | None = None,
) -> None:
    """Builds the graph of the impressions in [start, end), with `end` as its `as_of`.

    Orders, follows and content-brand links reach back before `start`; all are strictly before `end`.

    Args:
        logs: An artifact of kind "validated_logs" that covers [start, end), or with a base [its as_of, end).
        output: Where the artifact of kind "graph" goes (schemas/graph_artifact.py).
        start: The first instant of the window.
        end: Its end, exclusive.
        settings: Engine and how much of the machine it may use.
        report: Gets the counts of nodes and edges.
        reach_back: False leaves out follows and content-brand links from before `start` as well, so that the graph
            shares no edge with the one that ends at `start` (rule 2: the test graph).
        base: A graph that covers [start, its as_of): only later events are read from the logs, and the same bytes are
            written as without it, in a fraction of the time. Events that reached the logs late, after the base was
            built, are missing then.
        read_from: Where the engine finds the files of `logs` if not there, for example gs://<bucket>/<folder>, which
            the machines of a cluster read themselves; `logs` need only have meta.json and files of the same names.

    Raises:
        ContractError: The logs or the base do not cover the window, or the logs have no impression in it; nothing has
            been written.
    """
    if base is not None and not reach_back:
        raise ContractError(f"{base}: a graph that does not reach back cannot continue a base; build without --base")
    earlier = None if base is None else BaseGraph(base, start, end)
    new_start = start if earlier is None else earlier.as_of
    inputs = read_validated_meta(logs, new_start, end)
    with open_engine(settings) as engine:
        history_start = FIRST_INSTANT if earlier is None else earlier.as_of
        tables = open_log_tables(engine, logs, new_start, end, history_start, read_from)
        nodes = node_tables(engine, tables, _activity(engine, tables, earlier))
        if not nodes.content.views.sum().execute() > 0:
            raise ContractError(
                f"{logs / 'impressions'}: no impression from {format_instant(start)} to {format_instant(end)}; "
                f"the logs were validated for {inputs.details['window_start']} to {inputs.as_of}"
            )
        links = LinkTables(engine, tables, nodes, None if reach_back else start)
        with whole_folder(output) as folder, ThreadPoolExecutor(settings.threads) as joining:
            relations = RelationFiles(engine, settings.rows_in_memory, nodes, folder, earlier, joining)
            written = write_nodes(engine, nodes, folder / "nodes")
            started = relations.start_edges(links)
            orders, part = relations.write_orders(order_links(tables, nodes))
            write_features(engine, tables, nodes, folder / "features", orders)
            written += [part, *relations.finish_edges(started, links, end)]
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


def _activity(engine: Engine, tables: LogTables, earlier: BaseGraph | None) -> Activity:
    activity = activity_of_logs(tables)
    if earlier is None:
        return activity
    earlier.keep_declared(_ids(engine, tables.contents.content_id), _ids(engine, tables.articles.article_id))
    return joined_activity(activity, earlier.activity(engine))


def _ids(engine: Engine, column: ibis.expr.types.Column) -> pyarrow.ChunkedArray:
    return pyarrow.Table.from_batches(engine.stream(column.name("id").as_table()))["id"]
