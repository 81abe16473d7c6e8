"""The tables inside the exported ranker: what is known of each content and article at the daily instant."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy
import numpy.typing
import pyarrow
import pyarrow.parquet
import tensorflow

from schemas.errors import ContractError
from schemas.graph_artifact import RECENT_ORDERS
from schemas.ranking_features import RankingFeature

COLD_CONTENT = ""
"""The id of row 0 of the content table: what an unknown id gets."""

VISIBLE_FROM = "visible_from"
"""Column of the content table: since when the content can be shown, microseconds; the largest int64 where unknown."""


class IdTable(tensorflow.Module):
    """Rows by id; an unknown id has row 0.

    Args:
        ids: Distinct ids, in the order of the rows.
        first_row: The row of the first id.
    """

    def __init__(self, ids: Sequence[str], first_row: int) -> None:
        super().__init__()
        rows = numpy.arange(first_row, first_row + len(ids))
        values = tensorflow.lookup.KeyValueTensorInitializer(
            tensorflow.constant(ids, tensorflow.string), tensorflow.constant(rows, tensorflow.int64)
        )
        self.table = tensorflow.lookup.StaticHashTable(values, default_value=0)

    def rows(self, ids: tensorflow.Tensor) -> tensorflow.Tensor:
        """Row of each id, int64 of the same shape."""
        return self.table.lookup(ids)


class ContentTable(tensorflow.Module):
    """Candidate features that depend on the content alone.

    Args:
        path: serving/content.parquet.
        features: The features that the ranker reads of it.

    Raises:
        ContractError: A column is missing or row 0 is not the cold-content row.
    """

    def __init__(self, path: Path, features: Sequence[RankingFeature]) -> None:
        super().__init__()
        table = pyarrow.parquet.read_table(path)
        missing = sorted(
            {"content_id", VISIBLE_FROM, *(feature.name for feature in features)} - set(table.column_names)
        )
        if missing:
            raise ContractError(
                f"{path}: lacks {missing}, which the ranker reads when serving; write the examples anew"
            )
        ids = table["content_id"].to_pylist()
        if not ids or ids[0] != COLD_CONTENT:
            raise ContractError(f"{path}: row 0 must be the cold-content row with id '', found {ids[:1]}")
        self.ids = IdTable(ids, first_row=0)
        self.visible_from = tensorflow.Variable(table[VISIBLE_FROM].to_numpy(), trainable=False, name=VISIBLE_FROM)
        self.columns = {
            feature.name: tensorflow.Variable(
                _matrix(table[feature.name].combine_chunks()).astype(feature.type), trainable=False, name=feature.name
            )
            for feature in features
        }

    def values(self, rows: tensorflow.Tensor) -> dict[str, tensorflow.Tensor]:
        """Features of the contents in these rows [N], each [N, size]."""
        return {name: tensorflow.gather(column, rows) for name, column in self.columns.items()}


class ArticleTable(tensorflow.Module):
    """Article vectors, and their mean for each content.

    Args:
        articles: serving/article.parquet.
        content_articles: serving/content_articles.parquet.
    """

    def __init__(self, articles: Path, content_articles: Path) -> None:
        super().__init__()
        self.ids, self.vectors = _vector_table(articles, "article_id", "embedding")
        self.content_ids, self.means = _vector_table(content_articles, "content_id", "mean_article")

    def recent_orders(self, article_ids: tensorflow.Tensor) -> tensorflow.Tensor:
        """Rows of the last 25 known articles of a user's orders [K], newest last: int64 [at most 25]."""
        rows = self.ids.rows(article_ids)
        return tensorflow.boolean_mask(rows, rows > 0)[-RECENT_ORDERS:]

    def mean(self, rows: tensorflow.Tensor) -> tensorflow.Tensor:
        """Mean vector of the articles in these rows: [1, 128], zeros where there is none."""
        total = tensorflow.reduce_sum(tensorflow.gather(self.vectors, rows), axis=0, keepdims=True)
        return total / tensorflow.cast(tensorflow.maximum(tensorflow.size(rows), 1), total.dtype)

    def content_mean(self, content_ids: tensorflow.Tensor) -> tensorflow.Tensor:
        """Mean article vector of each content [N]: [N, 128], zeros for an unknown one."""
        return tensorflow.gather(self.means, self.content_ids.rows(content_ids))


def _vector_table(path: Path, id_column: str, vector_column: str) -> tuple[IdTable, tensorflow.Variable]:
    """Rows by id, and vectors [rows + 1, size] whose row 0 is zeros."""
    table = pyarrow.parquet.read_table(path, columns=[id_column, vector_column])
    vectors = _matrix(table[vector_column].combine_chunks()).astype(numpy.float32)
    padded = numpy.concatenate([numpy.zeros((1, vectors.shape[1]), numpy.float32), vectors])
    return IdTable(table[id_column].to_pylist(), first_row=1), tensorflow.Variable(padded, trainable=False)


def _matrix(column: pyarrow.Array) -> numpy.typing.NDArray[numpy.generic]:
    """A column of numbers or of fixed-size lists as [rows, size]."""
    size = 1
    if pyarrow.types.is_fixed_size_list(column.type):
        column, size = column.flatten(), column.type.list_size
    values: numpy.typing.NDArray[numpy.generic] = column.to_numpy(zero_copy_only=False)
    return values.reshape(-1, size)
