"""Exact embeddings of every node against sampled mini-batches of the same graph: python -m benchmarks.embed.

Both start from the same precomputed input vectors and pass messages through the same `contrast` network, over views and
clicks. The exact way is that of embed_nodes, whose layers' vectors lie in memory-mapped files. The other way is that of
training: a loader's trees of a fan-out, one block a layer; it is timed on some users and contents, in their proportion,
and scaled to all. Rounds take turns; the median counts. There are two figures: seconds on the wall clock, and of the
processor, which a busy machine bends less.
"""

from __future__ import annotations

import argparse
import functools
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy
import torch
from tqdm import tqdm

from benchmarks.figure import Figure, print_figures
from benchmarks.view_graph import DAYS, view_graph, with_clicks
from components.command_line import exit_code_of
from components.embed_nodes.known_edges import known_edges
from components.embed_nodes.layer_by_layer import compute_embeddings
from components.embed_nodes.layer_vectors import LayerVectors
from components.embed_nodes.settings import EmbeddingSettings
from components.train_gnn.graph_tables import GraphTables
from components.train_gnn.link_batches import message_blocks
from components.train_gnn.network import GraphNetwork
from components.train_gnn.sampler import TimeRespectingSampler
from components.train_gnn.sampler.loaders import TreeNodeLoader
from components.train_gnn.settings import NetworkSettings, SamplerSettings
from schemas.graph_artifact import ARTICLES_PER_CONTENT, EDGE_TYPES, EMBEDDING_SIZE, Edges, FloatArray, Orders
from schemas.instants import DAY

USERS, CONTENTS, VIEW_EDGES, CLICK_SHARE = 200_000, 2_000, 5_000_000, 0.1
FAN_OUT, BATCH_NODES = (15, 10), 1_024
GOAL = 10.0
INSTANT = DAYS * DAY


def large_tables() -> GraphTables:
    """The graph; it has one brand, which nobody follows, and no orders."""
    nodes = {"user": USERS, "content": CONTENTS, "brand": 1}
    edges = with_clicks(view_graph(USERS, CONTENTS, VIEW_EDGES, seed=0), CLICK_SHARE, seed=1)
    empty = numpy.empty(0, dtype=numpy.int64)
    none = {
        edge_type: Edges(
            numpy.zeros(nodes[edge_type[2]] + 1, dtype=numpy.int64),
            empty.astype(numpy.int32),
            empty,
            empty.astype(numpy.float32),
        )
        for edge_type in EDGE_TYPES
    }
    return GraphTables(
        users=USERS,
        contents=CONTENTS,
        brands=1,
        edges={edge_type: edges.get(edge_type, none[edge_type]) for edge_type in EDGE_TYPES},
        orders=Orders(numpy.zeros(USERS + 1, dtype=numpy.int64), empty.astype(numpy.int32), empty),
        article_embedding=torch.zeros(1, EMBEDDING_SIZE),
        article_brand=torch.full((1,), -1),
        content_rows=torch.zeros(CONTENTS, ARTICLES_PER_CONTENT, dtype=torch.long),
        article_rarity=torch.ones(1),
    )


def figures(sampled_nodes: int, rounds: int, threads: int) -> list[Figure]:
    """Measures both ways.

    Args:
        sampled_nodes: Nodes that a round of the sampled way embeds.
        rounds: How many rounds each way has.
        threads: Of both.
    """
    torch.set_num_threads(threads)
    tables = large_tables()
    torch.manual_seed(0)
    network = GraphNetwork(NetworkSettings(fan_out=FAN_OUT), tables).eval()
    size = NetworkSettings().embedding_size
    inputs = {kind: torch.randn(count, size) for kind, count in (("user", USERS), ("content", CONTENTS), ("brand", 1))}
    share = sampled_nodes / (USERS + CONTENTS)
    clocks = {"": time.perf_counter, ", processor time": time.process_time}
    seconds: dict[tuple[str, str], list[float]] = {(way, clock): [] for way in ("exact", "sampled") for clock in clocks}

    def timed(way: str, run: Callable[[], object]) -> None:
        started = {clock: read() for clock, read in clocks.items()}
        run()
        for clock, read in clocks.items():
            seconds[way, clock].append(read() - started[clock])

    for number in tqdm(range(rounds + 1), desc="rounds", file=sys.stderr):
        with tempfile.TemporaryDirectory() as folder:
            vectors = input_layer(Path(folder), tables, inputs, network.layers)
            timed("exact", functools.partial(exact, network, tables, vectors, EmbeddingSettings(threads=threads)))
        timed("sampled", lambda: sampled(network, tables, inputs, share, threads))
        if number == 0:  # it compiled, and touched every page
            for measured in seconds.values():
                measured.clear()
    work = (
        f"{USERS:,} users, {CONTENTS:,} contents, {VIEW_EDGES:,} views, {CLICK_SHARE:.0%} of them clicked, "
        f"contrast, {size} floats, {threads} threads"
    )
    reference = f"mini-batches of fan-out {list(FAN_OUT)}, {sampled_nodes:,} nodes scaled to all"
    result = []
    for clock in clocks:
        ours = statistics.median(seconds["exact", clock])
        theirs = statistics.median(seconds["sampled", clock]) / share
        result.append(
            Figure(
                name=f"embed{clock}",
                work=work,
                value=round(ours, 3),
                unit="s",
                reference=reference,
                reference_value=round(theirs, 3),
                ratio=round(ours / theirs, 4),
                peak_memory_gb=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9, 2),
                goal=f"at least {GOAL:g} times faster: a ratio of at most {1 / GOAL:g}",
                met=GOAL * ours <= theirs,
            )
        )
    return result


def input_layer(folder: Path, tables: GraphTables, inputs: dict[str, torch.Tensor], layers: int) -> LayerVectors:
    """The input vectors where embed_nodes keeps them; the other layers are still to be computed."""
    nodes = {"user": tables.users, "content": tables.contents, "brand": tables.brands}
    vectors = LayerVectors(folder, nodes, layers)
    for kind, values in inputs.items():
        vectors.write(0, kind, numpy.arange(len(values)), values.numpy())
    return vectors


def exact(
    network: GraphNetwork, tables: GraphTables, vectors: LayerVectors, settings: EmbeddingSettings
) -> dict[str, FloatArray]:
    """Every node's embedding from all its neighbours, by the code of embed_nodes."""
    known = known_edges(tables, INSTANT, INSTANT)
    wanted = {kind: numpy.ones(count, dtype=bool) for kind, count in known.nodes.items()}
    compute_embeddings(network, tables, known, vectors, wanted, settings)
    size = vectors.width(vectors.layers)
    return {kind: vectors.embedding(kind, numpy.arange(count), size) for kind, count in known.nodes.items()}


@torch.no_grad()
def sampled(
    network: GraphNetwork, tables: GraphTables, inputs: dict[str, torch.Tensor], share: float, threads: int
) -> dict[str, torch.Tensor]:
    """The embeddings of a share of users and contents from sampled neighbourhoods."""
    sampler = TimeRespectingSampler(
        tables.edges, None, INSTANT, FAN_OUT, seed=0, settings=SamplerSettings(threads=threads)
    )
    result = {}
    for kind in ("user", "content"):
        seeds = torch.arange(round(len(inputs[kind]) * share))
        loader = TreeNodeLoader(
            sampler,
            nodes={each: len(values) for each, values in inputs.items()},
            kind=kind,
            seed=seeds,
            time=torch.full_like(seeds, INSTANT),
            batch_size=BATCH_NODES,
        )
        parts = []
        for batch in loader:
            # Each sampled node reads its row of the one input table: nothing is gathered, nothing is made distinct.
            index = {each: batch[each].n_id for each in inputs}
            ones = {edge_type: torch.ones(len(batch[edge_type].e_id)) for edge_type in tables.edges}
            read = {each: inputs[each][: int(rows.max()) + 1 if len(rows) else 0] for each, rows in index.items()}
            vectors = network.scaled(network.encoder(read, message_blocks(batch, index, ones, hidden={})))
            parts.append(vectors[kind][: batch[kind].batch_size])
        result[kind] = torch.cat(parts)
    return result


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.embed", description=__doc__)
    parser.add_argument("--sampled-nodes", type=int, default=10_000, help="nodes of a round of the sampled way")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each way; the median counts")
    parser.add_argument("--threads", type=int, default=2, help="of both ways")
    parser.add_argument("--json", action="store_true", help="end with the figure as one line of JSON")
    options = parser.parse_args(arguments)

    def run() -> None:
        print_figures(figures(options.sampled_nodes, options.rounds, options.threads), options.json)

    return exit_code_of(run)


if __name__ == "__main__":
    raise SystemExit(main())
