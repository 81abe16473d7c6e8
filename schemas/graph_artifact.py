"""The graph artifact: nodes, features and time-sorted, memory-mapped edges (compressed by target).

Layout (all arrays are .npy, opened memory-mapped):
    meta.json                              ArtifactMeta of kind "graph"; details: window_start
    nodes/{user,content,brand}.parquet     id, first_seen, views, clicks, declared attributes; row number = node index
    nodes/article.parquet                  id; row number + 1 = row of features/article_embedding.npy
    features/article_embedding.npy         float16 [articles + 1, 128]; row 0 is zeros
    features/user_orders.npy               int32 [users, 25]: rows of article_embedding, oldest first, 0-padded right
    features/content_articles.npy          int32 [contents, 25]
    features/orders/{colptr,row,time}.npy  every order by user, then time: what user_orders was at any earlier instant
    edges/<source>__<relation>__<target>/{colptr,row,time,weight}.npy   by target, then time, row, weight
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any, TypeAlias

import numpy
import numpy.typing
import pyarrow
import pyarrow.parquet

from schemas.artifact_meta import ArtifactMeta, read_meta
from schemas.errors import ContractError
from schemas.instants import Instant

IntArray: TypeAlias = numpy.typing.NDArray[numpy.int64]
RowArray: TypeAlias = numpy.typing.NDArray[numpy.int32]
FloatArray: TypeAlias = numpy.typing.NDArray[numpy.float32]
HalfArray: TypeAlias = numpy.typing.NDArray[numpy.float16]
EdgeType: TypeAlias = tuple[str, str, str]

NODE_KINDS: tuple[str, ...] = ("user", "content", "brand")
EMBEDDING_SIZE = 128
RECENT_ORDERS = 25
ARTICLES_PER_CONTENT = 25

EDGE_TYPES: tuple[EdgeType, ...] = (
    ("user", "views", "content"),
    ("user", "clicks", "content"),
    ("user", "follows", "brand"),
    ("content", "features", "brand"),
    ("content", "viewed_by", "user"),
    ("content", "clicked_by", "user"),
    ("brand", "followed_by", "user"),
    ("brand", "featured_by", "content"),
)
"""Source, relation, target; the second four are the first four reversed, in the same order."""


WINDOWED: tuple[str, ...] = ("views", "clicks", "viewed_by", "clicked_by")
"""Relations that the window cuts; follows and what a content features reach back beyond it."""


def reverse_of(edge_type: EdgeType) -> EdgeType:
    """The same links in the other direction."""
    position = EDGE_TYPES.index(edge_type)
    return EDGE_TYPES[(position + 4) % 8]


@dataclasses.dataclass(frozen=True)
class Edges:
    """In-edges of every target node, sorted by target, then time.

    Attributes:
        colptr: int64 [targets + 1]; the edges of target i lie in [colptr[i], colptr[i + 1]).
        row: int32 [edges], index of the source node.
        time: int64 [edges], microseconds.
        weight: float32 [edges]; log1p(dwell_seconds) for clicks, 1 elsewhere.
    """

    colptr: IntArray
    row: RowArray
    time: IntArray
    weight: FloatArray

    @property
    def target(self) -> IntArray:
        """The target index of every edge, int64 [edges]."""
        return numpy.repeat(numpy.arange(len(self.colptr) - 1), numpy.diff(self.colptr))

    def select(self, kept: numpy.typing.NDArray[numpy.bool_]) -> Edges:
        """The edges where `kept` [edges] is true, over the same nodes, order unchanged."""
        running = numpy.concatenate([[0], numpy.cumsum(kept, dtype=numpy.int64)])
        return Edges(running[self.colptr], self.row[kept], self.time[kept], self.weight[kept])


@dataclasses.dataclass(frozen=True)
class Orders:
    """Every user's orders, oldest first: `row` indexes article_embedding (1-based; row 0 is padding)."""

    colptr: IntArray
    row: RowArray
    time: IntArray


def known_click_weight(time: IntArray, weight: FloatArray, instant: Instant | IntArray) -> FloatArray:
    """Weights of click edges as they were known at `instant`: a click's dwell is known at timestamp + dwell.

    Args:
        time: Of edges of a click relation, microseconds [edges].
        weight: Their log1p(dwell_seconds) [edges].
        instant: When one looks: one for all, or of each edge [edges].

    Returns:
        float32 [edges]: the weight where the dwell had ended before `instant`, else 1.
    """
    dwell = numpy.expm1(weight.astype(numpy.float64)) * 1e6
    return numpy.where(time + dwell < instant, weight, numpy.float32(1))


class GraphArtifact:
    """Reads a graph artifact; arrays stay on disk until they are touched.

    Args:
        folder: The artifact.

    Raises:
        ContractError: The folder is not a complete graph artifact or breaks rule 8.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        self.meta: ArtifactMeta = read_meta(self.folder, "graph")

    def nodes(self, kind: str) -> pyarrow.Table:
        """The node table of `user`, `content`, `brand` or `article`; a row's number is the node's index."""
        return pyarrow.parquet.ParquetFile(self.folder / "nodes" / f"{kind}.parquet").read()

    def edges(self, edge_type: EdgeType) -> Edges:
        """The edges of one relation, memory-mapped."""
        folder = self.folder / "edges" / "__".join(edge_type)
        return Edges(*(self._array(folder / f"{name}.npy") for name in ("colptr", "row", "time", "weight")))

    @property
    def article_embedding(self) -> HalfArray:
        """float16 [articles + 1, 128]; row 0 is zeros."""
        array: HalfArray = self._array(self.folder / "features" / "article_embedding.npy")
        return array

    @property
    def user_orders(self) -> RowArray:
        """int32 [users, 25]: rows of article_embedding at `as_of`, oldest first, 0-padded on the right."""
        array: RowArray = self._array(self.folder / "features" / "user_orders.npy")
        return array

    @property
    def content_articles(self) -> RowArray:
        """int32 [contents, 25]: rows of article_embedding, 0-padded on the right."""
        array: RowArray = self._array(self.folder / "features" / "content_articles.npy")
        return array

    @property
    def orders(self) -> Orders:
        """Every order, by user, then time: what a user's last 25 were at any instant."""
        folder = self.folder / "features" / "orders"
        return Orders(*(self._array(folder / f"{name}.npy") for name in ("colptr", "row", "time")))

    def _array(self, path: Path) -> Any:
        if not path.is_file():
            raise ContractError(f"{path}: not found; the graph artifact {self.folder} is incomplete, build it anew")
        return numpy.load(path, mmap_mode="r")
