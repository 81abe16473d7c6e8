"""Writes the files of the graph artifact, in the layout of schemas/graph_artifact.py."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import ibis
import ibis.expr.types
import numpy
import pyarrow
import pyarrow.compute
import pyarrow.parquet
import tqdm

from components.build_graph.compressed_arrays import write_compressed
from components.build_graph.edges import sorted_edges
from components.build_graph.features import content_articles, order_links, write_article_embedding, write_user_orders
from components.build_graph.log_tables import LogTables
from components.build_graph.nodes import NodeTables
from schemas.graph_artifact import EDGE_TYPES, NODE_KINDS, EdgeType, reverse_of
from schemas.instants import Instant
from schemas.log_contract import ARROW_TYPES


@dataclasses.dataclass(frozen=True)
class WrittenPart:
    """What was written.

    Attributes:
        name: For the counts of meta.json and the report.
        count: Nodes, orders or edges.
        largest: The youngest event among them; None where there is none.
    """

    name: str
    count: int
    largest: Instant | None


def write_nodes(nodes: NodeTables, folder: Path) -> list[WrittenPart]:
    """Writes one Parquet file a kind of node, sorted by id."""
    folder.mkdir()
    written: list[WrittenPart] = []
    for kind in NODE_KINDS:
        ordered = getattr(nodes, kind).order_by("index")
        columns = [name for name in ordered.columns if name not in ("index", "article_ids", "brand_ids")]
        table = ordered.select(columns).to_pyarrow()
        largest = pyarrow.compute.max(table["first_seen"]).as_py()
        position = table.schema.get_field_index("first_seen")
        table = table.set_column(position, "first_seen", table["first_seen"].cast(ARROW_TYPES["timestamp"]))
        pyarrow.parquet.write_table(table.combine_chunks(), folder / f"{kind}.parquet")
        written.append(WrittenPart(f"{kind}_nodes", table.num_rows, largest))
    articles = nodes.article.order_by("index").select("id", "brand_id").to_pyarrow()
    pyarrow.parquet.write_table(articles.combine_chunks(), folder / "article.parquet")
    written.append(WrittenPart("article_nodes", articles.num_rows, None))
    return written


def write_features(
    connection: ibis.backends.BaseBackend, logs: LogTables, nodes: NodeTables, folder: Path
) -> list[WrittenPart]:
    """Writes the article embeddings, the indices into them, and every order."""
    folder.mkdir()
    write_article_embedding(connection, logs, nodes, _count(nodes.article), folder / "article_embedding.npy")
    numpy.save(folder / "content_articles.npy", content_articles(nodes, _count(nodes.content)))
    orders = connection.create_table("order_links", order_links(logs, nodes))
    with tqdm.tqdm(total=_count(orders), desc="orders", unit="row", unit_scale=True) as progress:
        ordered = orders.order_by("target", "time", "row")
        count, largest = write_compressed(
            connection, ordered, _count(nodes.user), folder / "orders", progress, weighted=False
        )
    colptr, row = (numpy.load(folder / "orders" / f"{name}.npy", mmap_mode="r") for name in ("colptr", "row"))
    write_user_orders(colptr, row, folder / "user_orders.npy")
    return [WrittenPart("orders", count, largest)]


def write_edges(
    connection: ibis.backends.BaseBackend,
    links: dict[EdgeType, ibis.expr.types.Table],
    nodes: NodeTables,
    folder: Path,
) -> list[WrittenPart]:
    """Writes every relation, each sorted by target, then time, row and weight."""
    written: dict[EdgeType, WrittenPart] = {}
    total = 2 * sum(_count(table) for table in links.values())
    with tqdm.tqdm(total=total, desc="edges", unit="edge", unit_scale=True) as progress:
        for forward, table in links.items():
            for edge_type in (forward, reverse_of(forward)):
                edges = sorted_edges(table, reverse=edge_type != forward)
                targets = _count(getattr(nodes, edge_type[2]))
                count, largest = write_compressed(
                    connection, edges, targets, folder / "__".join(edge_type), progress, weighted=True
                )
                written[edge_type] = WrittenPart(f"{edge_type[1]}_edges", count, largest)
    return [written[edge_type] for edge_type in EDGE_TYPES]


def _count(table: ibis.expr.types.Table) -> int:
    return int(table.count().execute())
