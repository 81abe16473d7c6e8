"""News of both splits become contents and articles once, with category and subcategory as the brand."""

from __future__ import annotations

from pathlib import Path

import numpy
import pytest

from schemas.errors import ContractError
from sources.mind_layout.news import articles_table, contents_table, read_news, texts
from sources.mind_layout.splits import find_splits
from tests.sources.official_mind import Folder, tiny_folder, write_folder


def _splits(folder: Path, official: Folder) -> Path:
    return write_folder(folder / "official", official)


def test_news_of_two_splits_occur_once_and_the_first_file_counts(tmp_path: Path) -> None:
    official = tiny_folder()
    official["dev"].news[0].title = "Minister changes her mind"
    news = read_news(find_splits(_splits(tmp_path, official)).labelled)
    assert news["news id"].to_pylist() == ["N10", "N2", "N3", "N4", "N5"]
    assert texts(news) == [
        'Football tonight The "cup final" is tonight',
        "Minister resigns Politics in parliament",
        "Minister stays Parliament politics",
        "Football cup ",
        "Storm tonight It hits the minister",
    ]


def test_brands_are_category_and_subcategory_where_they_are(tmp_path: Path) -> None:
    news = read_news(find_splits(_splits(tmp_path, tiny_folder())).labelled)
    contents, articles = contents_table(news), articles_table(news, numpy.zeros((5, 128), numpy.float32))
    expected = [["sports/football_nfl"], ["news/newspolitics"], ["news/newspolitics"], [], ["weather"]]
    assert contents["brand_ids"].to_pylist() == expected
    assert articles["brand_id"].to_pylist() == [brands[0] if brands else None for brands in expected]
    assert contents["article_ids"].to_pylist() == [[news] for news in contents["content_id"].to_pylist()]
    assert set(contents["kind"].to_pylist()) == {"article"}


def test_an_item_without_id_is_refused(tmp_path: Path) -> None:
    official = tiny_folder()
    official["train"].news[1].news = ""
    with pytest.raises(ContractError, match=r"train/news.tsv, line 2: news id is ''"):
        read_news(find_splits(_splits(tmp_path, official)).labelled)
