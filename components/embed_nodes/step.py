"""The step: replay graph and network in, one folder of embeddings for every refresh out."""

from __future__ import annotations

import hashlib
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy
import pyarrow
from tqdm import tqdm

from components.embed_nodes.earlier import find_earlier
from components.embed_nodes.event_times import largest_event_time
from components.embed_nodes.known_edges import KnownEdges
from components.embed_nodes.refreshes import Refreshed, Refreshes
from components.embed_nodes.settings import EmbeddingSettings
from components.embed_nodes.shards import Shard
from components.train_gnn.graph_tables import read_graph_tables
from components.train_gnn.network_artifact import read_network, weights_of
from components.train_gnn.threads import use_threads
from schemas.artifact_meta import FILE_NAME, ArtifactMeta, require_known_before
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
    shard: int = 1,
    shards: int = 1,
    earlier: Path | None = None,
    earlier_instant: Instant | None = None,
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
        report: Receives the number of refreshes, of vectors, and of those that were recomputed.
        shard: Which range of nodes to embed, from 1; join_shards.py joins the ranges.
        shards: Into how many ranges the nodes of each kind are cut.
        earlier: Root of an embedding store of the same network; vectors that would be the same are taken from it.
        earlier_instant: Which of its instants; by default the last one at or before the first refresh.

    Raises:
        ContractError: The network knows edges younger than a refresh, the graph ends before one, or the earlier store
            does not hold what it should.
    """
    if not instants:
        raise ContractError("embed_nodes: no refresh instants were given")
    part = Shard(shard, shards)
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
    space = str(network_meta.space)
    weights = weights_of(network_meta)
    start = None if earlier is None else find_earlier(earlier, earlier_instant, space, weights, min(instants))
    nodes = {kind: artifact.nodes(kind) for kind in NODE_KINDS}
    ids = {kind: table["id"].combine_chunks() for kind, table in nodes.items()}
    first_seen = {kind: _microseconds(table["first_seen"]) for kind, table in nodes.items()}
    size = int(network_meta.details["settings"]["embedding_size"])
    details: dict[str, Any] = {"weights": weights, "weights_known_before": network_meta.as_of}
    details |= {"window": window, "cold_content_views": cold_content_views}
    if shards > 1:
        details |= {"shard": shard, "shards": shards}
    inputs = {"graph": hashlib.sha256((Path(graph) / FILE_NAME).read_bytes()).hexdigest()}
    vectors, recomputed = 0, dict.fromkeys(NODE_KINDS, 0)
    with whole_folder(output) as folder, tempfile.TemporaryDirectory(prefix="layer_vectors_") as temporary:
        store = EmbeddingStore(folder, space)
        refreshes = Refreshes(trained, tables, ids, window, settings, Path(temporary), start)
        for instant in tqdm(instants, desc="refreshes", file=sys.stderr, mininterval=5):
            born = {kind: _born(first_seen[kind], instant, part) for kind in NODE_KINDS}
            refreshed = refreshes.at(instant, born)
            views = _views(refreshed.known)
            written = {
                kind: NodeEmbeddings(
                    ids=ids[kind].take(pyarrow.array(born[kind])),
                    embedding=refreshes.embedding(kind, born[kind], size),
                    views=views[kind][born[kind]],
                    cold=views[kind][born[kind]] < (cold_content_views if kind == "content" else 1),
                    made_from=_made_from(refreshed, kind, born[kind]),
                )
                for kind in NODE_KINDS
            }
            meta = ArtifactMeta(
                kind="embeddings",
                as_of=format_instant(instant),
                largest_event_time=largest_event_time(refreshed.known, tables.orders),
                inputs=inputs,
                space=space,
                counts={kind: len(table.ids) for kind, table in written.items()},
                details=details,
            )
            store.write(instant, written, meta)
            vectors += sum(map(len, born.values()))
            recomputed = {kind: recomputed[kind] + count for kind, count in refreshed.recomputed.items()}
        reason = refreshes.everything_because()
    if reason:
        print(f"embed_nodes: every refresh recomputed everything: {reason}")
    report.counts |= {"refreshes": len(instants), "vectors": vectors, "recomputed": sum(recomputed.values())}
    report.counts |= {f"recomputed_{kind}": count for kind, count in recomputed.items()}


def _microseconds(column: pyarrow.ChunkedArray) -> IntArray:
    values: IntArray = column.cast(pyarrow.timestamp("us", tz="UTC")).cast(pyarrow.int64()).to_numpy()
    return values


def _born(first_seen: IntArray, instant: Instant, part: Shard) -> IntArray:
    """Indices of the shard's nodes that exist at the instant."""
    chosen = part.nodes(len(first_seen))
    born: IntArray = numpy.flatnonzero(first_seen[chosen] < instant) + chosen.start
    return born


def _views(known: KnownEdges) -> dict[str, IntArray]:
    """Impressions of each node in the window before the instant; a brand has those of no one."""
    return {
        "user": known.degree(("content", "viewed_by", "user")),
        "content": known.degree(("user", "views", "content")),
        "brand": numpy.zeros(known.nodes["brand"], dtype=numpy.int64),
    }


def _made_from(refreshed: Refreshed, kind: str, nodes: IntArray) -> numpy.typing.NDArray[numpy.uint64]:
    taken = refreshed.fingerprints
    return numpy.stack([taken.inputs[kind][nodes], taken.edges[kind][nodes]], axis=1)
