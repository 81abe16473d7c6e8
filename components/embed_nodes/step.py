"""The step: replay graph and network in, one folder of embeddings for every refresh out."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy
import pyarrow
from tqdm import tqdm

from components.embed_nodes.embed import embed_at_instant
from components.embed_nodes.graph_at_instant import graph_at_instant
from components.embed_nodes.settings import EmbeddingSettings
from components.train_gnn.graph_tables import GraphTables, read_graph_tables
from components.train_gnn.message_block import MessageBlock
from components.train_gnn.network_artifact import read_network
from components.train_gnn.threads import use_threads
from schemas.artifact_meta import ArtifactMeta, require_known_before
from schemas.embedding_store import EmbeddingStore, NodeEmbeddings
from schemas.errors import ContractError
from schemas.folders import whole_folder
from schemas.graph_artifact import NODE_KINDS, GraphArtifact, IntArray
from schemas.instants import Duration, Instant, format_instant
from schemas.step_report import StepReport


def embed_nodes(
    *,
    graph: Path,
    network: Path,
    output: Path,
    instants: list[Instant],
    window: Duration,
    cold_content_views: int,
    settings: EmbeddingSettings,
    report: StepReport,
) -> None:
    """Embeds every node that exists at each instant.

    Args:
        graph: The replay graph; it reaches up to the last instant or beyond.
        network: The network artifact; its training days end at or before the first instant.
        output: Root of the embedding store.
        instants: The refreshes.
        window: How far views and clicks reach back from each refresh, microseconds.
        cold_content_views: Content with fewer views in the window is cold.
        settings: How to compute.
        report: Receives the number of refreshes and of vectors.

    Raises:
        ContractError: The network knows edges younger than a refresh, or the graph ends before one.
    """
    if not instants:
        raise ContractError("embed_nodes: no refresh instants were given")
    use_threads(settings.threads)
    artifact = GraphArtifact(graph)
    tables = read_graph_tables(artifact)
    trained, network_meta = read_network(network, tables)
    require_known_before(network_meta, min(instants), network)
    if artifact.meta.as_of_instant < max(instants):
        raise ContractError(
            f"{graph}: its as_of {artifact.meta.as_of} is before the refresh {format_instant(max(instants))}; "
            "build the graph up to the last refresh"
        )
    nodes = {kind: artifact.nodes(kind) for kind in NODE_KINDS}
    first_seen = {kind: _microseconds(table["first_seen"]) for kind, table in nodes.items()}
    vectors = 0
    with whole_folder(output) as folder:
        store = EmbeddingStore(folder, network_meta.space)
        for instant in tqdm(instants, desc="refreshes", file=sys.stderr, mininterval=5):
            known = graph_at_instant(tables, instant, window, trained.messages)
            embedding = embed_at_instant(trained, tables, known, instant)
            views = _views(known)
            tables_of_instant = {}
            for kind in NODE_KINDS:
                born = numpy.flatnonzero(first_seen[kind] < instant)
                tables_of_instant[kind] = NodeEmbeddings(
                    ids=nodes[kind]["id"].combine_chunks().take(pyarrow.array(born)),
                    embedding=embedding[kind][born],
                    views=views[kind][born],
                    cold=views[kind][born] < (cold_content_views if kind == "content" else 1),
                )
                vectors += len(born)
            meta = ArtifactMeta(
                kind="embeddings",
                as_of=format_instant(instant),
                largest_event_time=_largest_event_time(tables, instant),
                space=network_meta.space,
                counts={kind: len(table.ids) for kind, table in tables_of_instant.items()},
                details={"weights_known_before": network_meta.as_of},
            )
            store.write(instant, tables_of_instant, meta)
    report.counts |= {"refreshes": len(instants), "vectors": vectors}


def _microseconds(column: pyarrow.ChunkedArray) -> IntArray:
    values: IntArray = column.cast(pyarrow.timestamp("us", tz="UTC")).cast(pyarrow.int64()).to_numpy()
    return values


def _views(known: MessageBlock) -> dict[str, IntArray]:
    """Impressions of each node in the window before the instant; a brand has those of no one."""
    return {
        "user": known.degree["content", "viewed_by", "user"].numpy(),
        "content": known.degree["user", "views", "content"].numpy(),
        "brand": numpy.zeros(len(known.degree["user", "follows", "brand"]), dtype=numpy.int64),
    }


def _largest_event_time(tables: GraphTables, instant: Instant) -> str | None:
    """The youngest edge or order strictly before the instant (rule 8)."""
    times = [edges.time[edges.time < instant].max(initial=0) for edges in tables.edges.values()]
    times.append(tables.orders.time[tables.orders.time < instant].max(initial=0))
    youngest = int(max(times))
    return format_instant(youngest) if youngest else None
