"""Small random graphs in memory, for tests of the sampler and of the network."""

from __future__ import annotations

import numpy
import torch

from components.train_gnn.graph_tables import GraphTables
from components.train_gnn.inputs.attributes import Attribute, Categories, Numbers
from schemas.graph_artifact import EDGE_TYPES, Edges, EdgeType, IntArray, Orders, reverse_of

LAST_INSTANT = 1_000


def compressed(source: IntArray, target: IntArray, time: IntArray, targets: int) -> Edges:
    """Edges by target, then time, then row, as the graph artifact holds them."""
    order = numpy.lexsort((source, time, target))
    colptr = numpy.concatenate([[0], numpy.cumsum(numpy.bincount(target, minlength=targets))])
    return Edges(
        colptr.astype(numpy.int64),
        source[order].astype(numpy.int32),
        time[order].astype(numpy.int64),
        numpy.ones(len(source), dtype=numpy.float32),
    )


def random_attributes(generator: numpy.random.Generator, users: int, contents: int) -> dict[str, dict[str, Attribute]]:
    """A kind and a length for every content, some of them unknown, and a segment for every user, neighbours apart."""
    length = generator.integers(0, 5_000, contents).astype(numpy.float32)
    length[::4] = numpy.nan
    kinds, segments = ("article", "carousel", "video"), ("new", "old")
    return {
        "user": {"segment": Categories(segments, numpy.arange(users) % 2)},
        "content": {
            "kind": Categories(kinds, generator.integers(-1, 3, contents)),
            "body_length": Numbers(length),
        },
    }


def random_tables(seed: int, users: int = 20, contents: int = 10, brands: int = 4, views: int = 300) -> GraphTables:
    """A graph with views, clicks (a subset of the views), follows, features, orders, article vectors and attributes."""
    generator = numpy.random.default_rng(seed)
    nodes = {"user": users, "content": contents, "brand": brands}
    viewer, viewed = generator.integers(0, users, views), generator.integers(0, contents, views)
    # Distinct instants: what is clicked can be told from time alone.
    time = generator.permutation(LAST_INSTANT)[:views]
    clicked = generator.random(views) < 0.3
    pairs: dict[EdgeType, tuple[IntArray, IntArray, IntArray]] = {
        EDGE_TYPES[0]: (viewer, viewed, time),
        EDGE_TYPES[1]: (viewer[clicked], viewed[clicked], time[clicked]),
        EDGE_TYPES[2]: (
            generator.integers(0, users, 15),
            generator.integers(0, brands, 15),
            generator.integers(0, LAST_INSTANT, 15),
        ),
        EDGE_TYPES[3]: (
            numpy.arange(contents),
            generator.integers(0, brands, contents),
            generator.integers(0, LAST_INSTANT // 2, contents),
        ),
    }
    edges = {}
    for edge_type, (source, target, instant) in pairs.items():
        edges[edge_type] = compressed(source, target, instant, nodes[edge_type[2]])
        reverse = reverse_of(edge_type)
        edges[reverse] = compressed(target, source, instant, nodes[reverse[2]])
    articles = 12
    ordered = compressed(
        generator.integers(1, articles + 1, 120),
        generator.integers(0, users - 2, 120),
        generator.integers(-500, LAST_INSTANT, 120),
        users,
    )
    vectors = generator.normal(size=(articles + 1, 128)).astype(numpy.float32)
    vectors[0] = 0
    rows = generator.integers(1, articles + 1, (contents, 25))
    rows[:, 3:] = 0
    return GraphTables(
        users=users,
        contents=contents,
        brands=brands,
        edges=edges,
        orders=Orders(ordered.colptr, ordered.row, ordered.time),
        article_embedding=torch.from_numpy(vectors),
        article_brand=torch.from_numpy(numpy.concatenate([[-1], generator.integers(0, brands, articles)])),
        content_rows=torch.from_numpy(rows),
        attributes=random_attributes(generator, users, contents),
        article_rarity=torch.from_numpy(generator.uniform(0.1, 3.0, articles + 1).astype(numpy.float32)),
    )
