"""The tables inside the exported ranker: what is known of each content and article at the daily instant."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy
import numpy.typing
import pyarrow
import pyarrow.parquet
import tensorflow

from schemas.errors import ContractError
from schemas.graph_artifact import RECENT_ORDERS, FloatArray
from schemas.ranking_features import RankingFeature

COLD_CONTENT = ""
"""The id of row 0 of the content table: what an unknown id gets."""

VISIBLE_FROM = "visible_from"
"""Column of the content table: since when the content can be shown, microseconds; the largest int64 where unknown."""


def hashed(ids: tensorflow.Tensor) -> tensorflow.Tensor:
    """64 bits of each id, int64: they tell contents apart as well as the ids do, and are looked up twice as fast."""
    return tensorflow.strings.to_hash_bucket_fast(ids, tensorflow.int64.max)


class IdTable(tensorflow.Module):
    """Rows by id; an unknown id has row 0.

    Args:
        ids: Distinct ids, in the order of the rows.
        first_row: The row of the first id.
    """

    def __init__(self, ids: Sequence[str], first_row: int) -> None:
        super().__init__()
        rows = numpy.arange(first_row, first_row + len(ids))
        keys = hashed(tensorflow.constant(ids, tensorflow.string))
        values = tensorflow.lookup.KeyValueTensorInitializer(keys, tensorflow.constant(rows, tensorflow.int64))
        self.table = tensorflow.lookup.StaticHashTable(values, default_value=0)

    def rows(self, hashes: tensorflow.Tensor) -> tensorflow.Tensor:
        """Row of each hashed id, int64 of the same shape."""
        return self.table.lookup(hashes)


class ContentTable:
    """Candidate features that depend on the content alone.

    Args:
        path: serving/content.parquet.
        features: The features that the ranker reads of it.

    Raises:
        ContractError: A column is missing or row 0 is not the cold-content row.
    """

    def __init__(self, path: Path, features: Sequence[RankingFeature]) -> None:
        table = pyarrow.parquet.read_table(path)
        missing = sorted(
            {"content_id", VISIBLE_FROM, *(feature.name for feature in features)} - set(table.column_names)
        )
        if missing:
            raise ContractError(
                f"{path}: lacks {missing}, which the ranker reads when serving; write the examples anew"
            )
        self.ids: list[str] = table["content_id"].to_pylist()
        if not self.ids or self.ids[0] != COLD_CONTENT:
            raise ContractError(f"{path}: row 0 must be the cold-content row with id '', found {self.ids[:1]}")
        self.visible_from = table[VISIBLE_FROM].to_numpy()
        """Instants, int64 [C]."""
        self.columns: dict[str, numpy.typing.NDArray[Any]] = {
            feature.name: _matrix(table[feature.name].combine_chunks()).astype(feature.type) for feature in features
        }
        """[C, size] by feature."""


class ArticleTable(tensorflow.Module):
    """Article vectors by id.

    Args:
        path: serving/article.parquet.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        ids, vectors = _vectors(path, "article_id", "embedding")
        padded = numpy.concatenate([numpy.zeros((1, vectors.shape[1]), numpy.float32), vectors])
        self.ids = IdTable(ids, first_row=1)
        self.vectors = tensorflow.Variable(padded, trainable=False, name="articles")

    def recent_orders(self, article_ids: tensorflow.Tensor) -> tensorflow.Tensor:
        """Rows of the last 25 known articles of a user's orders [K], newest last: int64 [at most 25]."""
        rows = self.ids.rows(hashed(article_ids))
        return tensorflow.boolean_mask(rows, rows > 0)[-RECENT_ORDERS:]

    def direction(self, rows: tensorflow.Tensor) -> tensorflow.Tensor:
        """The mean vector of the articles in these rows at length 1 [128]; zeros where there is none."""
        total = tensorflow.reduce_sum(tensorflow.gather(self.vectors, rows), axis=0)
        return tensorflow.math.divide_no_nan(total, tensorflow.norm(total))


def content_directions(path: Path, content_ids: Sequence[str]) -> FloatArray:
    """The mean article vector of each content at length 1 [C, 128]; zeros where it shows no article.

    Args:
        path: serving/content_articles.parquet.
        content_ids: Of the rows.
    """
    ids, means = _vectors(path, "content_id", "mean_article")
    place = {content: number for number, content in enumerate(ids)}
    found = numpy.array([place.get(content, -1) for content in content_ids], numpy.int64)
    given = numpy.where((found >= 0)[:, None], means[found], 0).astype(numpy.float64)
    norm = numpy.linalg.norm(given, axis=1, keepdims=True)
    directions: FloatArray = (given / numpy.where(norm > 0, norm, 1)).astype(numpy.float32)
    return directions


def _vectors(path: Path, id_column: str, vector_column: str) -> tuple[list[str], FloatArray]:
    """Ids and vectors, float32 [rows, size]."""
    table = pyarrow.parquet.read_table(path, columns=[id_column, vector_column])
    return table[id_column].to_pylist(), _matrix(table[vector_column].combine_chunks()).astype(numpy.float32)


def _matrix(column: pyarrow.Array) -> numpy.typing.NDArray[numpy.generic]:
    """A column of numbers or of fixed-size lists as [rows, size]."""
    size = 1
    if pyarrow.types.is_fixed_size_list(column.type):
        column, size = column.flatten(), column.type.list_size
    values: numpy.typing.NDArray[numpy.generic] = column.to_numpy(zero_copy_only=False)
    return values.reshape(-1, size)
