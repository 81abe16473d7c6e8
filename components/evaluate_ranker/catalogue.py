"""Every content that a page could show, with what coverage, novelty and diversity need to know of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy
import numpy.typing
import pyarrow
import pyarrow.parquet

from components.evaluate_ranker.metrics import FloatArray, IntArray
from components.evaluate_ranker.record_columns import RecordColumns
from components.train_ranker.input_features import CONTENT_EMBEDDING
from schemas.example_artifact import ExampleArtifact

VIEWS = "content_views_7d"
NEVER = numpy.iinfo(numpy.int64).max


@dataclasses.dataclass(frozen=True)
class Catalogue:
    """The contents of the table that the exported ranker serves from, without its cold-content row.

    Attributes:
        ids: Text [contents].
        visible_from: Since when each can be shown, microseconds [contents].
        views: Views in the week before the table's `as_of` [contents].
        click_rate: What popularity ranks by [contents].
        articles: Unit vectors of the mean of its articles [contents, size]; zeros where it has none.
        embeddings: Unit vectors of the graph's embedding [contents, size]; zeros where it has none.
    """

    ids: numpy.typing.NDArray[Any]
    visible_from: IntArray
    views: FloatArray
    click_rate: FloatArray
    articles: FloatArray
    embeddings: FloatArray


def read_catalogue(examples: ExampleArtifact, records: Sequence[RecordColumns], popularity_feature: str) -> Catalogue:
    """Reads the serving tables.

    Args:
        examples: The examples.
        records: Impressions of any days with `content_id` and `timestamp`: what was shown was visible then.
        popularity_feature: A click rate of the content table.
    """
    shown, times = (numpy.concatenate([part.values[name] for part in records]) for name in ("content_id", "timestamp"))
    columns = ["content_id", "visible_from", VIEWS, popularity_feature, CONTENT_EMBEDDING]
    table = pyarrow.parquet.read_table(examples.serving_table("content"), columns=columns).slice(1)
    ids = numpy.array(table["content_id"].to_pylist(), numpy.str_)
    vectors = pyarrow.parquet.read_table(examples.serving_table("content_articles"))
    rows = {content: row for row, content in enumerate(vectors["content_id"].to_pylist())}
    means = _vectors(vectors["mean_article"])
    padded = numpy.concatenate([means, numpy.zeros_like(means[:1])])
    return Catalogue(
        ids=ids,
        visible_from=numpy.minimum(table["visible_from"].to_numpy(), _first_shown(ids, shown, times)),
        views=table[VIEWS].to_numpy().astype(numpy.float64),
        click_rate=table[popularity_feature].to_numpy().astype(numpy.float64),
        articles=_unit(padded[[rows.get(content, -1) for content in ids]]),
        embeddings=_unit(_vectors(table[CONTENT_EMBEDDING])),
    )


def _vectors(column: pyarrow.ChunkedArray) -> FloatArray:
    """A column of fixed-size lists [rows, size]."""
    flat = column.combine_chunks().flatten().to_numpy(zero_copy_only=False)
    vectors: FloatArray = flat.reshape(len(column), -1).astype(numpy.float64)
    return vectors


def _unit(vectors: FloatArray) -> FloatArray:
    """Vectors of length 1; zeros stay zeros [rows, size]."""
    length = numpy.linalg.norm(vectors, axis=1, keepdims=True)
    unit: FloatArray = vectors / numpy.where(length > 0, length, 1)
    return unit


def _first_shown(ids: numpy.typing.NDArray[Any], shown: numpy.typing.NDArray[Any], times: IntArray) -> IntArray:
    """The first impression of each content, the largest int64 where there is none [contents]."""
    first: IntArray = numpy.full(len(ids), NEVER)
    contents, number = numpy.unique(shown, return_inverse=True)
    earliest = numpy.full(len(contents), NEVER)
    numpy.minimum.at(earliest, number, times)
    place = numpy.minimum(numpy.searchsorted(contents, ids), len(contents) - 1)
    known = contents[place] == ids
    first[known] = earliest[place[known]]
    return first
