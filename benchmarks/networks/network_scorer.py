"""A graph network as the pipeline runs it: trained on the first days, embedded anew at every refresh."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy

from benchmarks.networks.dot_products import dot_products
from benchmarks.networks.finished_run import FinishedRun
from components.embed_nodes.embed import embed_at_instant
from components.embed_nodes.known_edges import known_edges
from components.train_gnn.graph_tables import GraphTables, read_graph_tables
from components.train_gnn.network import GraphNetwork
from components.train_gnn.settings import NetworkSettings
from components.train_gnn.train import train_network
from schemas.graph_artifact import FloatArray, IntArray
from schemas.instants import Duration, Instant


class NetworkScorer:
    """Dot products of a network's embeddings.

    Args:
        network: Trained.
        tables: The replay graph.
        window: How far views and clicks reach back, microseconds.
    """

    def __init__(self, network: GraphNetwork, tables: GraphTables, window: Duration) -> None:
        self._network, self._tables, self._window = network, tables, window

    def scores_at(self, instant: Instant, user: IntArray, content: IntArray) -> FloatArray:
        """See Scorer."""
        known = known_edges(self._tables, instant, self._window)
        wanted = {kind: numpy.zeros(self._tables.nodes[kind], dtype=bool) for kind in ("user", "content")}
        for kind, nodes in (("user", user), ("content", content)):
            wanted[kind][nodes[nodes >= 0]] = True
        with tempfile.TemporaryDirectory(prefix="scorer_") as folder:
            embedding = embed_at_instant(self._network, self._tables, known, Path(folder), wanted)
            return dot_products(embedding["user"], embedding["content"], user, content)


def trained_scorer(run: FinishedRun, settings: NetworkSettings) -> NetworkScorer:
    """Trains a network on the run's train graph and reads it over the replay graph."""
    trained = train_network(read_graph_tables(run.train_graph), run.network_end, settings)
    replay = read_graph_tables(run.replay_graph)
    network = GraphNetwork(settings, replay)
    network.load_state_dict(trained.network.state_dict())
    return NetworkScorer(network.eval(), replay, run.window)
