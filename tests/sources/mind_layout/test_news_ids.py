"""Words are found in the news, and the first unknown one in reading order is named with its file and line."""

from __future__ import annotations

from pathlib import Path

import numpy
import pyarrow
import pytest

from schemas.errors import ContractError
from sources.mind_layout.news_ids import NewsIds, split_words
from sources.mind_layout.splits import Split


def test_words_keep_their_row_and_empty_texts_have_none() -> None:
    row, words = split_words(pyarrow.chunked_array([["", "N1 N2"], [" ", " N3 "]]))
    assert row.tolist() == [1, 1, 3]
    assert words.to_pylist() == ["N1", "N2", "N3"]


def test_the_first_unknown_word_in_reading_order_is_named() -> None:
    news = NewsIds(pyarrow.array(["N1", "N2"]), [Split("train", Path("a")), Split("dev", Path("b"))])
    lines = pyarrow.table({"split": [1, 0, 0], "line": [1, 9, 4]})
    parent = numpy.array([0, 1, 2, 2])
    words = pyarrow.array(["N7", "N8", "N2", "N9"])
    with pytest.raises(ContractError, match=r"a/behaviors.tsv, line 4: a word is 'N9'; no news.tsv has it"):
        news.rows(words, parent, lines, "a word")
    assert news.rows(pyarrow.array(["N2", "N1"]), parent[:2], lines, "a word").tolist() == [1, 0]
