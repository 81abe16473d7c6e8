"""Node features: article embeddings, the articles of contents, and the orders of users."""

from __future__ import annotations

from pathlib import Path

import numpy
import pytest

from schemas.graph_artifact import EMBEDDING_SIZE, GraphArtifact
from tests.components.build_graph.naive_graph import LOGS_WINDOW, WINDOWS, NaiveGraph, built
from tests.log_folders import Tables, shop_tables


@pytest.fixture(scope="module")
def tables() -> Tables:
    return shop_tables(seed=3)


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory, tables: Tables) -> GraphArtifact:
    return built(tmp_path_factory.mktemp("graph"), tables, LOGS_WINDOW, WINDOWS["train"])


def test_embeddings_and_the_articles_of_contents(graph: GraphArtifact, tables: Tables) -> None:
    articles = graph.nodes("article")["id"].to_pylist()
    assert articles == sorted(tables["articles"]["article_id"])
    embedding = graph.article_embedding
    assert embedding.dtype == numpy.float16
    assert embedding.shape == (len(articles) + 1, EMBEDDING_SIZE)
    assert (embedding[0] == 0).all()
    by_id = tables["articles"].set_index("article_id")["embedding"]
    for row, article in enumerate(articles, start=1):
        assert (embedding[row] == by_id[article].astype(numpy.float16)).all()
    listed = tables["contents"].set_index("content_id")["article_ids"]
    assert graph.content_articles.dtype == numpy.int32
    assert graph.content_articles.shape == (graph.nodes("content").num_rows, 25)
    for content, row in zip(graph.nodes("content")["id"].to_pylist(), graph.content_articles, strict=True):
        assert [articles[index - 1] for index in row if index] == list(listed[content])
        assert (row[len(listed[content]) :] == 0).all()


def test_orders_are_the_last_25_before_the_end_oldest_first(tmp_path: Path) -> None:
    tables = shop_tables(seed=5)
    frame = tables["orders"]
    frame.loc[:39, "user_id"] = "user00"  # more than 25
    frame.loc[:9, "timestamp"] = frame.loc[0, "timestamp"]  # ties
    frame.drop_duplicates(["user_id", "article_id", "timestamp"], inplace=True)
    start, end = WINDOWS["train"]
    graph = built(tmp_path, tables, LOGS_WINDOW, (start, end))
    articles, orders = graph.nodes("article")["id"].to_pylist(), graph.orders
    expected: dict[str, list[tuple[int, int]]] = {user: [] for user in graph.nodes("user")["id"].to_pylist()}
    for time, user, article in NaiveGraph(tables, start, end).orders:
        expected[user].append((time, articles.index(article) + 1))
    assert max(map(len, expected.values())) > 25
    assert graph.user_orders.dtype == numpy.int32
    assert graph.user_orders.shape == (len(expected), 25)
    for index, user in enumerate(sorted(expected)):
        span = slice(orders.colptr[index], orders.colptr[index + 1])
        wanted = sorted(expected[user])
        assert list(zip(orders.time[span].tolist(), orders.row[span].tolist(), strict=True)) == wanted
        recent = [row for _, row in wanted][-25:]
        assert graph.user_orders[index].tolist() == recent + [0] * (25 - len(recent))
    assert orders.colptr[-1] == len(orders.row)
    assert "only_orders" in expected
