"""news.tsv: every news item is a content of its own, and an article with a vector."""

from __future__ import annotations

from collections.abc import Sequence

import numpy
import numpy.typing
import pyarrow
import pyarrow.compute

from sources.log_writer import contract_table, ragged_lists
from sources.mind_layout.splits import Split
from sources.mind_layout.tab_separated import read_lines

COLUMNS = (
    "news id",
    "category",
    "subcategory",
    "title",
    "abstract",
    "url",
    "title entities",
    "abstract entities",
)
READ = COLUMNS[:5]


def read_news(splits: Sequence[Split]) -> pyarrow.Table:
    """The news of several splits, each once, ordered by id; what occurs in two files is taken from the first.

    Returns:
        Text columns: those of READ.

    Raises:
        ContractError: A file is malformed or a news item has no id.
    """
    batches: list[pyarrow.Table] = []
    for split in splits:
        for lines in read_lines(split.news, COLUMNS, READ, on_read=lambda _: None):
            empty = pyarrow.compute.equal(lines.columns["news id"], "")
            lines.refuse_where(empty, "news id", "it must not be empty: download the file anew")
            batches.append(lines.columns)
    news = pyarrow.concat_tables(batches)
    number = pyarrow.array(numpy.arange(news.num_rows))
    news = news.append_column("number", number).sort_by([("news id", "ascending"), ("number", "ascending")])
    ids = news["news id"].combine_chunks()
    first = numpy.ones(len(ids), dtype=bool)
    first[1:] = pyarrow.compute.not_equal(ids[1:], ids[:-1]).to_numpy(zero_copy_only=False)
    return news.filter(pyarrow.array(first)).select(READ).combine_chunks()


def texts(news: pyarrow.Table) -> list[str]:
    """Title and abstract of each item as one text."""
    joined: list[str] = pyarrow.compute.binary_join_element_wise(news["title"], news["abstract"], " ").to_pylist()
    return joined


def contents_table(news: pyarrow.Table) -> pyarrow.Table:
    """The contract's contents: one of kind `article` for each item. MIND tells no time of publication."""
    ids = news["news id"].combine_chunks()
    brands = _brands(news)
    one_each = numpy.ones(len(ids), dtype=numpy.int64)
    columns = {
        "content_id": ids,
        "kind": ["article"] * len(ids),
        "article_ids": ragged_lists(ids, one_each),
        "brand_ids": ragged_lists(brands.drop_null(), brands.is_valid().to_numpy(zero_copy_only=False) * one_each),
    }
    return contract_table("contents", columns)


def articles_table(news: pyarrow.Table, vectors: numpy.typing.NDArray[numpy.float32]) -> pyarrow.Table:
    """The contract's articles.

    Args:
        news: From `read_news`.
        vectors: [news, 128].
    """
    columns = {
        "article_id": news["news id"],
        "brand_id": _brands(news),
        "embedding": ragged_lists(pyarrow.array(vectors.ravel()), numpy.full(len(vectors), vectors.shape[1])),
    }
    return contract_table("articles", columns)


def _brands(news: pyarrow.Table) -> pyarrow.Array:
    """`category/subcategory`, as far as they are there; null where neither is.

    MIND's 18 categories would be nodes of thousands of items each, whose mean says little and whose edges no sampler
    can draw; its nearly 300 subcategories are as large as a brand. Some names occur under two categories.
    """
    category, subcategory = news["category"].combine_chunks(), news["subcategory"].combine_chunks()
    both = pyarrow.compute.binary_join_element_wise(category, subcategory, "/")
    joined = pyarrow.compute.utf8_trim(both, characters="/")
    return pyarrow.compute.if_else(pyarrow.compute.equal(joined, ""), None, joined)
