"""Columns that only some bundles have may be absent."""

from __future__ import annotations

from pathlib import Path

from sources.ebnerd_layout.official_files import read_official


def test_wished_columns_are_read_where_they_are(bundle: Path) -> None:
    table = read_official(bundle, "articles.parquet", {"article_id": "whole number"}, ["title", "sentiment_score"])
    assert table.column_names == ["article_id", "title"]
