"""The trained network on the disjoint test graph: links that it never saw, messages that it never saw.

The network reads the test graph alone, so that its neighbourhoods begin empty at the start of the test days. Which of
its pairs carry no messages is decided as in training: `disjoint_train_ratio` of the (user, content) pairs are drawn,
none of their edges carries a message in any relation, direction or repeat (rule 3), and their links are those that are
scored, from edges strictly older than each (rule 4). Scoring a link whose own pair carried messages would ask whether
the user had seen or clicked the very content before; and what is measured here compares with the held-out pairs of the
train graph, which were drawn alike.
"""

from __future__ import annotations

from typing import Any

import numpy
import pyarrow.compute

from components.evaluate_ranker.finite_values import finite_values
from components.evaluate_ranker.link_auc import ScoredLinks, link_auc
from components.evaluate_ranker.link_slices import link_slices
from components.evaluate_ranker.metrics import BoolArray
from components.evaluate_ranker.settings import EvaluationSettings
from components.train_gnn.graph_tables import GraphTables, read_graph_tables
from components.train_gnn.network import GraphNetwork
from components.train_gnn.sampler import TimeRespectingSampler
from components.train_gnn.settings import NetworkSettings
from components.train_gnn.slates import slate_numbers
from components.train_gnn.supervision import CLICKS, VIEWS, Links, Supervision, impressed_links, split_supervision
from components.train_gnn.training.evaluation import ScoreArray, score_links
from components.train_gnn.training.objective import Objective
from components.train_gnn.training.processes import Processes
from components.train_gnn.training.random_streams import TEST_GRAPH, generator_of
from components.train_gnn.training_links import arranged
from schemas.graph_artifact import EdgeType, GraphArtifact, IntArray, reverse_of
from schemas.instants import Instant

MOST_LINKS = 100_000
"""Of more links, those of users drawn at random are scored: a report's number, not a day's work."""


def measure_test_graph(
    network: GraphNetwork,
    settings: NetworkSettings,
    train_graph: GraphArtifact,
    test_graph: GraphArtifact,
    evaluation: EvaluationSettings,
) -> dict[str, Any]:
    """Link ROC-AUC on the test graph.

    Args:
        network: The trained network, on the CPU.
        settings: Its settings.
        train_graph: The graph of the window; it tells the slices.
        test_graph: Edges of the test days only.
        evaluation: Resamples, level, seed, and the clicks that a slice needs.

    Returns:
        What link_auc tells, finite or None; `as_of` and `window_start` of the test graph; `links`, all of its links,
        of which `candidates` were scored; `silent_pairs`, the pairs that carried no messages; and the intervals'
        `level`.
    """
    tables = read_graph_tables(test_graph)
    links = impressed_links(tables.edges[VIEWS], tables.edges[CLICKS])
    generator = generator_of(settings.seed, TEST_GRAPH)
    silent = split_supervision(links, tables.contents, settings.disjoint_train_ratio, 1.0, generator)
    scored = links_of_some_users(silent.held_out, MOST_LINKS, generator)
    # Links of a request lie beside each other, as losses over requests expect them.
    scored = scored.select(numpy.lexsort((scored.content, scored.time, scored.user)))
    of_test_graph = GraphNetwork(settings, tables)
    of_test_graph.load_state_dict(network.state_dict())
    score = silent_scores(of_test_graph, settings, tables, silent, scored, test_graph.meta.as_of_instant)
    cold_user, window_views = window_facts(train_graph, test_graph, scored)
    measured = link_auc(_scored_links(scored, score), link_slices(cold_user, window_views), evaluation)
    told: dict[str, Any] = finite_values(measured)
    return {
        "as_of": test_graph.meta.as_of,
        "window_start": test_graph.meta.details.get("window_start"),
        "links": len(links),
        "silent_pairs": len(silent.pair_keys),
        "level": evaluation.level,
        **told,
    }


def silent_scores(
    network: GraphNetwork,
    settings: NetworkSettings,
    tables: GraphTables,
    silent: Supervision,
    links: Links,
    end: Instant,
) -> ScoreArray:
    """Dot products of links from sampled neighbourhoods without the silent pairs, as in training [links].

    Args:
        network: Over these tables.
        settings: Its settings; they draw the neighbourhoods.
        tables: The test graph.
        silent: Its pairs that carry no messages.
        links: Links of silent pairs, those of a request beside each other.
        end: Edges must be older.
    """
    sampler = TimeRespectingSampler(
        tables.edges,
        silent,
        end,
        settings.fan_out,
        settings.seed,
        settings.sampler,
        cold_start=settings.cold_start,
    )
    objective = Objective(network, tables, sampler, settings)
    return score_links(objective, arranged(links, settings), settings.batch_links, Processes()).logit


def links_of_some_users(links: Links, most: int, generator: numpy.random.Generator) -> Links:
    """All links of as many users as make no more than `most` links; at least one user's.

    Args:
        links: The links.
        most: Links to keep, about.
        generator: Draws the users.
    """
    if len(links) <= most:
        return links
    users, user, count = numpy.unique(links.user, return_inverse=True, return_counts=True)
    order = generator.permutation(len(users))
    kept = numpy.zeros(len(users), dtype=numpy.bool_)
    kept[order[: max(1, int(numpy.searchsorted(numpy.cumsum(count[order]), most, side="right")))]] = True
    return links.select(kept[user])


def window_facts(train_graph: GraphArtifact, test_graph: GraphArtifact, links: Links) -> tuple[BoolArray, IntArray]:
    """What the window tells of the links of the test graph, whose nodes have other numbers there.

    Args:
        train_graph: The graph of the window.
        test_graph: Whose nodes the links join.
        links: The links.

    Returns:
        Whether the user has no impression in the window, and the views of the content in it [links].
    """
    seen_by, views_of = (
        _window_degree(train_graph, test_graph, kind, edge_type)
        for kind, edge_type in (("user", reverse_of(VIEWS)), ("content", VIEWS))
    )
    return seen_by[links.user] == 0, views_of[links.content]


def _window_degree(train_graph: GraphArtifact, test_graph: GraphArtifact, kind: str, edge_type: EdgeType) -> IntArray:
    """Edges of a relation in the train graph that point at each node of the test graph [nodes of the test graph]."""
    degree = numpy.append(numpy.diff(train_graph.edges(edge_type).colptr), 0)  # the last one for nodes it does not know
    ids = train_graph.nodes(kind)["id"].combine_chunks()
    position = pyarrow.compute.index_in(test_graph.nodes(kind)["id"].combine_chunks(), ids).fill_null(len(degree) - 1)
    result: IntArray = degree[position.to_numpy()]
    return result


def _scored_links(links: Links, score: ScoreArray) -> ScoredLinks:
    _, user = numpy.unique(links.user, return_inverse=True)
    request = slate_numbers(links)
    request_users = numpy.zeros(int(request.max(initial=-1)) + 1, dtype=numpy.int64)
    request_users[request] = user
    return ScoredLinks(score, links.label > 0, user.astype(numpy.int64), request, request_users)
