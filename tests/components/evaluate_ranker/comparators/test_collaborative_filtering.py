"""The comparator against a plain loop over users and items."""

from __future__ import annotations

from pathlib import Path

import numpy
import pytest

from components.evaluate_ranker.comparators.collaborative_filtering import CollaborativeFiltering
from components.train_gnn.graph_tables import GraphTables
from components.train_gnn.supervision import CLICKS, VIEWS
from schemas.graph_artifact import EdgeType, GraphArtifact
from tests.components.embed_nodes.whole_graphs import graph_in_seconds
from tests.components.embed_nodes.written_graphs import write_graph

SECOND = 10**6
INSTANT, WINDOW = 700 * SECOND, 400 * SECOND


@pytest.mark.parametrize(("against_viewers", "rarity_power"), [(True, 0.0), (False, 2.0), (True, 1.0)])
def test_equals_a_plain_loop(tmp_path: Path, against_viewers: bool, rarity_power: float) -> None:
    tables = graph_in_seconds(3, users=14, contents=6, views=150)
    write_graph(tmp_path / "graph", tables)
    scorer = CollaborativeFiltering(
        GraphArtifact(tmp_path / "graph"), WINDOW, 2.0, against_viewers=against_viewers, rarity_power=rarity_power
    )
    user = numpy.repeat(numpy.arange(-1, tables.users), tables.contents + 1)
    content = numpy.tile(numpy.arange(-1, tables.contents), tables.users + 1)
    scores = scorer.scores_at(INSTANT, user, content)
    profiles = [profile(tables, each, rarity_power) for each in range(tables.users)]

    def mean_likeness(edge_type: EdgeType, one: int, other: int) -> float:
        edges = tables.edges[edge_type]
        inside = (edges.target == other) & (edges.time < INSTANT) & (edges.time >= INSTANT - WINDOW)
        neighbours = edges.row[inside].tolist()
        return sum(cosine(profiles[one], profiles[each]) for each in neighbours) / (len(neighbours) + 2.0)

    for number in range(len(user)):
        one, other = int(user[number]), int(content[number])
        expected = 0.0
        if one >= 0 and other >= 0:
            expected = mean_likeness(CLICKS, one, other)
            expected -= mean_likeness(VIEWS, one, other) if against_viewers else 0.0
        assert scores[number] == pytest.approx(expected, abs=1e-5)
    assert scores.std() > 0.01


def items_of(tables: GraphTables, user: int) -> set[tuple[str, int]]:
    orders, clicks = tables.orders, tables.edges[CLICKS]
    first, last = int(orders.colptr[user]), int(orders.colptr[user + 1])
    bought = {("article", int(orders.row[each])) for each in range(first, last) if orders.time[each] < INSTANT}
    inside = (clicks.row == user) & (clicks.time < INSTANT) & (clicks.time >= INSTANT - WINDOW)
    return bought | {("content", int(each)) for each in clicks.target[inside]}


def profile(tables: GraphTables, user: int, rarity_power: float) -> dict[tuple[str, int], float]:
    weights = {}
    for item in items_of(tables, user):
        having = sum(item in items_of(tables, each) for each in range(tables.users))
        weights[item] = max(float(numpy.log(tables.users / (1 + having))), 0.0) ** rarity_power if rarity_power else 1.0
    return weights


def cosine(one: dict[tuple[str, int], float], other: dict[tuple[str, int], float]) -> float:
    lengths = [sum(weight**2 for weight in each.values()) ** 0.5 for each in (one, other)]
    if not all(lengths):
        return 0.0
    return float(sum(weight * other.get(item, 0.0) for item, weight in one.items()) / (lengths[0] * lengths[1]))
