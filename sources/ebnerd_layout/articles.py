"""articles.parquet: every article is a content of its own, and an article with a vector."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy
import numpy.typing
import pyarrow
import pyarrow.compute

from sources.ebnerd_layout.official_files import read_official
from sources.log_writer import contract_table, ragged_lists

TEXT_COLUMNS = ("title", "subtitle", "body")
OTHER_COLUMNS = ("category_str", "category", "published_time", "premium", "body_length")


def read_articles(bundle: Path) -> pyarrow.Table:
    """The articles, ordered by id, with those of the official columns that the bundle has.

    Raises:
        ContractError: The file or its ids are missing.
    """
    table = read_official(bundle, "articles.parquet", {"article_id": "whole number"}, [*TEXT_COLUMNS, *OTHER_COLUMNS])
    return table.sort_by("article_id").combine_chunks()


def texts(articles: pyarrow.Table) -> list[str] | None:
    """Title, subtitle and body of each article as one text; None where the bundle has none of them."""
    columns = [
        articles[name].cast(pyarrow.string()).fill_null("") for name in TEXT_COLUMNS if name in articles.column_names
    ]
    if not columns:
        return None
    joined: list[str] = pyarrow.compute.binary_join_element_wise(*columns, " ").to_pylist()
    return joined


def contents_table(articles: pyarrow.Table) -> pyarrow.Table:
    """The contract's contents: one of kind `article` for each article; its category stands for the brand."""
    ids = articles["article_id"].cast(pyarrow.string()).combine_chunks()
    one_each = numpy.ones(len(ids), dtype=numpy.int64)
    category = _category(articles)
    columns: dict[str, Any] = {
        "content_id": ids,
        "kind": ["article"] * len(ids),
        "article_ids": ragged_lists(ids, one_each),
        "brand_ids": ragged_lists(category.drop_null(), category.is_valid().to_numpy(zero_copy_only=False) * one_each),
    }
    if "published_time" in articles.column_names:
        columns["published_at"] = articles["published_time"].cast(pyarrow.timestamp("us"))
    if "premium" in articles.column_names:
        columns["premium"] = articles["premium"]
    if "body_length" in articles.column_names:
        columns["body_length"] = articles["body_length"]
    elif "body" in articles.column_names:
        columns["body_length"] = pyarrow.compute.utf8_length(articles["body"])
    return contract_table("contents", columns)


def articles_table(articles: pyarrow.Table, vectors: numpy.typing.NDArray[numpy.float32]) -> pyarrow.Table:
    """The contract's articles.

    Args:
        articles: From `read_articles`.
        vectors: [articles, 128].
    """
    columns: dict[str, Any] = {
        "article_id": articles["article_id"].cast(pyarrow.string()),
        "embedding": ragged_lists(pyarrow.array(vectors.ravel()), numpy.full(len(vectors), vectors.shape[1])),
    }
    category = _category(articles)
    if category.null_count < len(category):
        columns["brand_id"] = category
    return contract_table("articles", columns)


def _category(articles: pyarrow.Table) -> pyarrow.Array:
    for name in ("category_str", "category"):
        if name in articles.column_names:
            return articles[name].cast(pyarrow.string()).combine_chunks()
    return pyarrow.nulls(articles.num_rows, pyarrow.string())
