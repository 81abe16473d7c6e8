"""The tables that an exported ranker serves from: content, its features at one instant, and article vectors."""

from __future__ import annotations

from pathlib import Path

import numpy
import pyarrow
import pyarrow.parquet

from components.write_examples.article_pooling import Articles
from components.write_examples.content_features import NO_CONTENT
from components.write_examples.feature_join import FeatureJoin
from schemas.graph_artifact import FloatArray
from schemas.instants import Instant
from schemas.ranking_features import ranking_features


def write_serving_tables(
    folder: Path, join: FeatureJoin, articles: Articles, content_mean: FloatArray, as_of: Instant
) -> None:
    """Writes content.parquet, content_articles.parquet and article.parquet.

    The first row of content.parquet (id "") is a content that nobody has seen: rates at their prior, no views, no kind.
    Instead of the age, `visible_from` (int64 microseconds) lets the ranker compute it at the request as
    max(0, t - visible_from); it is the largest int64 where a content was neither published nor shown.

    Args:
        folder: Created here.
        join: The prepared features.
        articles: The articles.
        content_mean: The mean of each content's article vectors [contents, 128].
        as_of: Everything in the tables is of events strictly before it.
    """
    folder.mkdir()
    contents = join.contents.ids
    content = numpy.concatenate([[NO_CONTENT], numpy.arange(len(contents))])
    instant = numpy.full(len(content), as_of, numpy.int64)
    ids = pyarrow.concat_arrays([pyarrow.array([""]), contents])
    embeddings = join.embeddings.at("content", contents, content[1:], instant[1:])
    features = {
        **join.content_features.at(content, instant),
        "content_embedding": numpy.vstack([numpy.zeros((1, join.embeddings.size), numpy.float32), embeddings.vectors]),
        "content_has_edges": numpy.append(numpy.float32(0), embeddings.has_edges),
    }
    columns = {"content_id": ids, "visible_from": join.content_features.visible_from(as_of)[content]}
    for feature in ranking_features():
        if feature.name in features:
            values = features[feature.name].astype(feature.type)
            columns[feature.name] = _vectors(values) if values.ndim == 2 else pyarrow.array(values)
    _write(folder / "content.parquet", columns)
    means = numpy.vstack([numpy.zeros((1, content_mean.shape[1]), numpy.float32), content_mean])
    _write(folder / "content_articles.parquet", {"content_id": ids, "mean_article": _vectors(means)})
    _write(folder / "article.parquet", {"article_id": articles.ids, "embedding": _vectors(articles.embedding)})


def _vectors(values: FloatArray) -> pyarrow.FixedSizeListArray:
    return pyarrow.FixedSizeListArray.from_arrays(pyarrow.array(values.ravel()), values.shape[1])


def _write(path: Path, columns: dict[str, pyarrow.Array]) -> None:
    pyarrow.parquet.write_table(pyarrow.table(columns), path)
