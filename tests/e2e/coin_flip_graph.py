"""A graph in memory of users who click by flipping a coin, whatever they are shown."""

from __future__ import annotations

import numpy
import torch

from components.train_gnn.graph_tables import GraphTables
from components.train_gnn.inputs.attributes import Categories
from schemas.graph_artifact import EDGE_TYPES, EdgeType, IntArray, Orders, reverse_of
from schemas.instants import DAY
from tests.components.train_gnn.random_graphs import compressed

USERS, CONTENTS, BRANDS, ARTICLES = 400, 120, 15, 200
REQUESTS, SLATE = 2_500, 8
CLICK_RATE = 0.3
DAYS = 4


def coin_flip_tables(seed: int) -> GraphTables:
    """20,000 impressions of four days: popular contents are shown more often, active users come more often."""
    generator = numpy.random.default_rng(seed)
    popularity, activity = generator.pareto(1.5, CONTENTS) + 0.1, generator.pareto(2.0, USERS) + 0.2
    # The largest of weighted Gumbel variates are a weighted draw without replacement (Efraimidis and Spirakis 2006).
    score = numpy.log(popularity) + generator.gumbel(size=(REQUESTS, CONTENTS))
    shown = numpy.argsort(-score, axis=1)[:, :SLATE].ravel()
    viewer = generator.choice(USERS, REQUESTS, p=activity / activity.sum()).repeat(SLATE)
    time = generator.integers(0, DAYS * DAY, REQUESTS).repeat(SLATE)
    clicked = generator.random(len(shown)) < CLICK_RATE
    follower, followed = generator.integers(0, USERS, 500), generator.integers(0, BRANDS, 500)
    pairs: dict[EdgeType, tuple[IntArray, IntArray, IntArray]] = {
        EDGE_TYPES[0]: (viewer, shown, time),
        EDGE_TYPES[1]: (viewer[clicked], shown[clicked], time[clicked]),
        EDGE_TYPES[2]: (follower, followed, generator.integers(-DAY, DAYS * DAY, 500)),
        EDGE_TYPES[3]: (numpy.arange(CONTENTS), generator.integers(0, BRANDS, CONTENTS), numpy.zeros(CONTENTS, int)),
    }
    nodes = {"user": USERS, "content": CONTENTS, "brand": BRANDS}
    edges = {}
    for edge_type, (source, target, instant) in pairs.items():
        edges[edge_type] = compressed(source, target, instant, nodes[edge_type[2]])
        edges[reverse_of(edge_type)] = compressed(target, source, instant, nodes[edge_type[0]])
    vectors = generator.normal(size=(ARTICLES + 1, 128)).astype(numpy.float32)
    vectors[0] = 0
    rows = generator.integers(1, ARTICLES + 1, (CONTENTS, 25))
    rows[:, 3:] = 0
    ordered = compressed(
        generator.integers(1, ARTICLES + 1, 1_500),
        generator.integers(0, USERS, 1_500),
        generator.integers(-DAY, DAYS * DAY, 1_500),
        USERS,
    )
    return GraphTables(
        users=USERS,
        contents=CONTENTS,
        brands=BRANDS,
        edges=edges,
        orders=Orders(ordered.colptr, ordered.row, ordered.time),
        article_embedding=torch.from_numpy(vectors),
        article_brand=torch.from_numpy(numpy.concatenate([[-1], generator.integers(0, BRANDS, ARTICLES)])),
        content_rows=torch.from_numpy(rows),
        article_rarity=torch.ones(len(vectors)),
        attributes={"content": {"kind": Categories(("article", "video"), generator.integers(0, 2, CONTENTS))}},
    )
