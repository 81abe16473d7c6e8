"""Articles become contents with a category as brand, with and without the columns that some bundles lack."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy

from sources.ebnerd_layout.articles import articles_table, contents_table, read_articles, texts
from tests.sources.official_bundle import HOUR, START, tiny_bundle, write_bundle


def test_full_bundle(bundle: Path) -> None:
    articles = read_articles(bundle)
    contents = contents_table(articles).to_pylist()
    assert [row["content_id"] for row in contents] == ["101", "102", "103", "104", "105"]
    assert all(row["kind"] == "article" and row["article_ids"] == [row["content_id"]] for row in contents)
    assert [row["brand_ids"] for row in contents] == [["politics"], ["politics"], ["sport"], ["sport"], []]
    assert contents[4]["published_at"].replace(tzinfo=None) == START + HOUR
    assert [row["premium"] for row in contents] == [True, None, False, False, True]
    assert [row["body_length"] for row in contents] == [20, None, 40, 10, 50]
    vectors = numpy.arange(5 * 128, dtype=numpy.float32).reshape(5, 128)
    table = articles_table(articles, vectors).to_pylist()
    assert [row["brand_id"] for row in table] == ["politics", "politics", "sport", "sport", None]
    assert table[3]["embedding"] == vectors[3].tolist()


def test_bundle_with_ids_only(tmp_path: Path) -> None:
    columns = {**tiny_bundle(), "articles.parquet": {"article_id": [2, 1]}}
    articles = read_articles(write_bundle(tmp_path, columns))
    assert contents_table(articles).schema.names == ["content_id", "kind", "article_ids", "brand_ids"]
    assert contents_table(articles)["brand_ids"].to_pylist() == [[], []]
    assert articles_table(articles, numpy.zeros((2, 128), numpy.float32)).schema.names == ["article_id", "embedding"]
    assert texts(articles) is None


def test_text_is_title_subtitle_and_body_and_its_length_stands_in(tmp_path: Path) -> None:
    columns: dict[str, list[Any]] = {
        "article_id": [1, 2],
        "title": ["a", None],
        "body": ["long text", None],
        "category": [7, 8],
    }
    articles = read_articles(write_bundle(tmp_path, {**tiny_bundle(), "articles.parquet": columns}))
    assert texts(articles) == ["a long text", " "]
    contents = contents_table(articles)
    assert contents["body_length"].to_pylist() == [9, None]
    assert contents["brand_ids"].to_pylist() == [["7"], ["8"]]
