"""Node features: one table of article embeddings, and indices into it for contents and users."""

from __future__ import annotations

from pathlib import Path

import ibis.expr.types
import numpy
import numpy.lib.format

from components.build_graph.log_tables import LogTables
from components.build_graph.nodes import NodeTables
from components.engine.engine import Engine
from schemas.errors import ContractError
from schemas.graph_artifact import ARTICLES_PER_CONTENT, EMBEDDING_SIZE, RECENT_ORDERS, IntArray, RowArray

USERS_AT_ONCE = 1 << 17


def write_article_embedding(engine: Engine, logs: LogTables, nodes: NodeTables, path: Path) -> None:
    """Writes float16 [articles + 1, 128] in order of the articles' indices; row 0 is zeros.

    Raises:
        ContractError: An embedding does not fit float16.
    """
    shape = (nodes.counts["article"] + 1, EMBEDDING_SIZE)
    table = numpy.lib.format.open_memmap(path, "w+", numpy.float16, shape)
    table[0] = 0
    embeddings = logs.articles.select(id="article_id", embedding="embedding").inner_join(nodes.article, "id")
    position = 1
    rows = embeddings.select("id", "index", "embedding").order_by("index")
    for batch in engine.stream(rows):
        values = batch["embedding"].flatten().to_numpy().reshape(-1, EMBEDDING_SIZE)  # [batch, 128]
        with numpy.errstate(over="ignore"):
            table[position : position + batch.num_rows] = values
        infinite = ~numpy.isfinite(table[position : position + batch.num_rows]).all(axis=1)
        if infinite.any():
            broken = int(infinite.argmax())
            raise ContractError(
                f"articles: the embedding of '{batch['id'][broken]}' reaches {numpy.abs(values[broken]).max():g}, more "
                "than a half-precision number holds (65,504); scale the vectors, for example to length 1"
            )
        position += batch.num_rows


def content_articles(engine: Engine, nodes: NodeTables) -> RowArray:
    """The articles of every content: int32 [contents, 25], rows of article_embedding, 0-padded on the right."""
    table = numpy.zeros((nodes.counts["content"], ARTICLES_PER_CONTENT), numpy.int32)
    listed = nodes.content.select("index", "article_ids").unnest("article_ids", offset="position", keep_empty=False)
    listed = listed.filter(listed.position < ARTICLES_PER_CONTENT)
    rows = listed.inner_join(nodes.article.select(article_ids="id", article="index"), "article_ids")
    for batch in engine.stream(rows.select("index", "position", "article")):
        table[batch["index"].to_numpy(), batch["position"].to_numpy()] = batch["article"].to_numpy() + 1
    return table


def order_links(logs: LogTables, nodes: NodeTables) -> ibis.expr.types.Table:
    """Every order: target (the user's index), row (of article_embedding), time."""
    users = nodes.user.select(user_id="id", target="index")
    articles = nodes.article.select(article_id="id", row=(nodes.article.index + 1).cast("int32"))
    return logs.orders.inner_join(users, "user_id").inner_join(articles, "article_id").select("target", "row", "time")


def write_user_orders(colptr: IntArray, row: RowArray, path: Path) -> None:
    """Writes the last 25 orders of every user: int32 [users, 25], oldest first, 0-padded on the right.

    Args:
        colptr: int64 [users + 1].
        row: int32 [orders], by user, then time.
        path: Where to.
    """
    users = len(colptr) - 1
    table = numpy.lib.format.open_memmap(path, "w+", numpy.int32, (users, RECENT_ORDERS))
    for first in range(0, users, USERS_AT_ONCE):
        ends = colptr[first + 1 : first + 1 + USERS_AT_ONCE]
        starts = numpy.maximum(ends - RECENT_ORDERS, colptr[first : first + len(ends)])
        position = starts[:, None] + numpy.arange(RECENT_ORDERS)  # [users, 25]
        present = position < ends[:, None]
        table[first : first + len(ends)][present] = row[position[present]]
