"""User-to-user collaborative filtering, with no network at all: the comparator of every table.

A content scores a user by how alike its clickers are to the user: the mean cosine to the clickers, shrunk by
n / (n + k), in the plain form minus the same over its viewers. Two users are alike where they ordered the same articles
and clicked the same contents; items that few know can count more (inverse document frequency, Spärck Jones 1972).
"""

from __future__ import annotations

import dataclasses

import numpy
import scipy.sparse

from components.train_gnn.supervision import CLICKS, VIEWS
from schemas.graph_artifact import EdgeType, FloatArray, GraphArtifact, IntArray, reverse_of
from schemas.instants import Duration, Instant


@dataclasses.dataclass(frozen=True)
class CollaborativeFiltering:
    """Scores pairs at any instant.

    Attributes:
        graph: The replay graph.
        window: How far views and clicks reach back, microseconds; orders reach back without limit.
        shrinkage: k of n / (n + k).
        against_viewers: Whether the mean over the viewers is taken off.
        rarity_power: An item counts ln(users / (1 + its users)) to this power.
    """

    graph: GraphArtifact
    window: Duration
    shrinkage: float = 3.0
    against_viewers: bool = True
    rarity_power: float = 0.0

    def scores_at(self, instant: Instant, user: IntArray, content: IntArray) -> FloatArray:
        """See Scorer."""
        profiles = self._profiles(instant)
        known = (user >= 0) & (content >= 0)
        result = numpy.zeros(len(user), dtype=numpy.float32)
        # Only the contents of these pairs; a product of all would not fit a large shop.
        contents, place = numpy.unique(content[known], return_inverse=True)
        neighbours = self._shrunk_mean(CLICKS, instant)[contents]  # [contents, users]
        if self.against_viewers:
            neighbours = neighbours - self._shrunk_mean(VIEWS, instant)[contents]
        taste = (neighbours @ profiles).tocsr()  # [contents, items]
        result[known] = numpy.asarray(profiles[user[known]].multiply(taste[place]).sum(axis=1)).ravel()
        return result

    def _profiles(self, instant: Instant) -> scipy.sparse.csr_array:
        """Every user's ordered articles and clicked contents, of unit length [users, articles + 1 + contents]."""
        orders = self.graph.orders
        known = orders.time < instant
        clicked = self._matrix(CLICKS, instant).tocoo()  # [contents, users]
        articles = len(self.graph.article_embedding)
        users, contents = self._counts
        rows = numpy.concatenate([numpy.repeat(numpy.arange(users), numpy.diff(orders.colptr))[known], clicked.col])
        columns = numpy.concatenate([orders.row[known], articles + clicked.row])
        ones = numpy.ones(len(rows), numpy.float32)
        items = scipy.sparse.coo_array((ones, (rows, columns)), (users, articles + contents)).tocsr()
        items.data[:] = 1.0  # how often does not matter
        if self.rarity_power:
            having = numpy.bincount(items.indices, minlength=articles + contents)
            rarity = numpy.log(users / (1 + having)).clip(min=0) ** self.rarity_power
            items = items @ scipy.sparse.diags_array(rarity.astype(numpy.float32))
        length = numpy.sqrt(numpy.asarray(items.multiply(items).sum(axis=1)).ravel())
        return scipy.sparse.diags_array(1 / numpy.where(length > 0, length, 1)) @ items

    def _shrunk_mean(self, edge_type: EdgeType, instant: Instant) -> scipy.sparse.csr_array:
        matrix = self._matrix(edge_type, instant)
        count = numpy.asarray(matrix.sum(axis=1)).ravel()
        return (scipy.sparse.diags_array(1 / (count + self.shrinkage)) @ matrix).tocsr()

    def _matrix(self, edge_type: EdgeType, instant: Instant) -> scipy.sparse.csr_array:
        """How often each content met each user in the window before the instant [contents, users]."""
        edges = self.graph.edges(edge_type)
        edges = edges.select((edges.time < instant) & (edges.time >= instant - self.window))
        users, contents = self._counts
        ones = numpy.ones(len(edges.row), dtype=numpy.float32)
        return scipy.sparse.csr_array((ones, edges.row, edges.colptr), shape=(contents, users))

    @property
    def _counts(self) -> tuple[int, int]:
        """Users and contents."""
        views = self.graph.edges(VIEWS)
        return len(self.graph.edges(reverse_of(VIEWS)).colptr) - 1, len(views.colptr) - 1
