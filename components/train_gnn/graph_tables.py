"""The parts of a graph artifact that the network needs, as tensors and arrays in memory."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy
import torch

from components.train_gnn.inputs.attributes import Attribute, declared_attributes
from components.train_gnn.inputs.orders import order_rarity
from schemas.graph_artifact import EDGE_TYPES, NODE_KINDS, Edges, EdgeType, GraphArtifact, IntArray, Orders
from schemas.instants import parse_instant


@dataclasses.dataclass(frozen=True)
class GraphTables:
    """Features and edges of one graph.

    Attributes:
        users, contents, brands: Number of nodes.
        edges: Every relation.
        orders: Every order, by user, then time.
        article_embedding: float [articles + 1, 128]; row 0 is zeros.
        article_brand: Brand index of each row of article_embedding, -1 where there is none [articles + 1].
        content_rows: Rows of article_embedding, 0-padded [contents, 25].
        article_rarity: How rarely each article was ordered before the window, see order_rarity [articles + 1].
        attributes: Declared attributes by kind of node and column; kinds without any may be absent.
    """

    users: int
    contents: int
    brands: int
    edges: dict[EdgeType, Edges]
    orders: Orders
    article_embedding: torch.Tensor
    article_brand: torch.Tensor
    content_rows: torch.Tensor
    article_rarity: torch.Tensor
    attributes: Mapping[str, Mapping[str, Attribute]] = dataclasses.field(default_factory=dict)

    @property
    def nodes(self) -> dict[str, int]:
        """Number of nodes by kind."""
        return {"user": self.users, "content": self.contents, "brand": self.brands}


def read_graph_tables(graph: GraphArtifact) -> GraphTables:
    """Reads the tables; edges stay memory-mapped."""
    nodes = {kind: graph.nodes(kind) for kind in NODE_KINDS}
    counts = {kind: table.num_rows for kind, table in nodes.items()}
    window_start = parse_instant(str(graph.meta.details["window_start"]))
    return GraphTables(
        users=counts["user"],
        contents=counts["content"],
        brands=counts["brand"],
        edges={edge_type: graph.edges(edge_type) for edge_type in EDGE_TYPES},
        orders=graph.orders,
        article_embedding=torch.from_numpy(numpy.array(graph.article_embedding, dtype=numpy.float32)),
        article_brand=torch.from_numpy(_article_brands(graph)),
        content_rows=torch.from_numpy(numpy.array(graph.content_articles, dtype=numpy.int64)),
        attributes={kind: found for kind, table in nodes.items() if (found := declared_attributes(table))},
        article_rarity=torch.from_numpy(order_rarity(graph.orders, len(graph.article_embedding), window_start)),
    )


def _article_brands(graph: GraphArtifact) -> IntArray:
    """Brand index of each row of article_embedding; -1 for the padding row and for articles of no known brand."""
    number = {brand: index for index, brand in enumerate(graph.nodes("brand")["id"].to_pylist())}
    brands = graph.nodes("article")["brand_id"].to_pylist()
    return numpy.array([-1, *(number.get(brand, -1) for brand in brands)], dtype=numpy.int64)
