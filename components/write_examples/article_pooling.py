"""Means of article vectors: a content's articles, a user's last orders."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy
import pyarrow
import pyarrow.compute
import scipy.sparse

from components.write_examples.contents import Contents
from components.write_examples.log_tables import read_log_table
from schemas.errors import ContractError
from schemas.graph_artifact import EMBEDDING_SIZE, FloatArray, IntArray


@dataclasses.dataclass(frozen=True)
class Articles:
    """Articles sorted by id.

    Attributes:
        ids: [articles].
        embedding: float32 [articles, 128].
    """

    ids: pyarrow.Array
    embedding: FloatArray

    def mean(self, article: IntArray, offsets: IntArray) -> FloatArray:
        """The mean vector of each list of articles.

        Args:
            article: Positions of articles, all lists after each other [total].
            offsets: int64 [lists + 1].

        Returns:
            float32 [lists, 128]; zeros for an empty list.
        """
        sizes = numpy.diff(offsets)
        share = numpy.repeat(numpy.float32(1) / numpy.maximum(sizes, 1).astype(numpy.float32), sizes)
        weights = scipy.sparse.csr_array((share, article, offsets), shape=(len(sizes), len(self.ids)))
        means: FloatArray = weights @ self.embedding
        return means

    def mean_of_contents(self, contents: Contents) -> FloatArray:
        """The mean vector of each content's articles, not normalized, float32 [contents, 128]."""
        lists = contents.table["article_ids"].combine_chunks()
        sizes = pyarrow.compute.list_value_length(lists).fill_null(0).to_numpy()
        article = pyarrow.compute.index_in(lists.flatten(), self.ids)
        if article.null_count:
            raise ContractError(
                f"contents point at unknown articles, for example '{lists.flatten().filter(article.is_null())[0]}'; "
                "run validate_logs, which puts such rows aside"
            )
        return self.mean(article.to_numpy(), numpy.append(0, numpy.cumsum(sizes, dtype=numpy.int64)))


def read_articles(logs: Path) -> Articles:
    """Reads the articles of validated logs.

    Raises:
        ContractError: The table is missing.
    """
    table = read_log_table(logs, "articles", ["article_id", "embedding"]).sort_by("article_id")
    embedding = table["embedding"].combine_chunks().flatten().to_numpy(zero_copy_only=False)
    return Articles(table["article_id"].combine_chunks(), embedding.reshape(table.num_rows, EMBEDDING_SIZE))


def directions(vectors: FloatArray) -> FloatArray:
    """Vectors scaled to length 1; a zero vector stays zero [rows, size]."""
    length = numpy.linalg.norm(vectors, axis=1, keepdims=True)
    length[length == 0] = 1
    scaled: FloatArray = (vectors / length).astype(numpy.float32, copy=False)
    return scaled
