"""Writes the files of the graph artifact, in the layout of schemas/graph_artifact.py."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy
import pyarrow
import pyarrow.compute
import pyarrow.parquet

from components.build_graph.features import content_articles, write_article_embedding, write_user_orders
from components.build_graph.log_tables import LogTables
from components.build_graph.nodes import NodeTables
from components.engine.engine import Engine
from schemas.graph_artifact import NODE_KINDS, Edges
from schemas.instants import Instant
from schemas.log_contract import ARROW_TYPES, log_contract


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


def write_nodes(engine: Engine, nodes: NodeTables, folder: Path) -> list[WrittenPart]:
    """Writes one Parquet file a kind of node, sorted by id."""
    folder.mkdir()
    written: list[WrittenPart] = []
    for kind in (*NODE_KINDS, "article"):
        rows = getattr(nodes, kind)
        columns = [name for name in rows.columns if name not in ("index", "article_ids", "brand_ids")]
        ordered = rows.select("index", *columns).order_by("index")
        schema = _node_schema(kind, columns)
        table = pyarrow.Table.from_batches(
            (batch.select(columns).cast(schema) for batch in engine.stream(ordered)), schema
        )
        pyarrow.parquet.write_table(table.combine_chunks(), folder / f"{kind}.parquet")
        largest = pyarrow.compute.max(table["first_seen"].cast("int64")).as_py() if "first_seen" in columns else None
        written.append(WrittenPart(f"{kind}_nodes", table.num_rows, largest))
    return written


def write_features(engine: Engine, logs: LogTables, nodes: NodeTables, folder: Path, orders: Edges) -> None:
    """Writes the article embeddings and the indices into them.

    Args:
        engine: Holds the nodes.
        logs: The embeddings are read from.
        nodes: For the indices.
        folder: Where to.
        orders: Every order, by user.
    """
    folder.mkdir(exist_ok=True)  # it has the orders already
    write_article_embedding(engine, logs, nodes, folder / "article_embedding.npy")
    numpy.save(folder / "content_articles.npy", content_articles(engine, nodes))
    write_user_orders(orders.colptr, orders.row, folder / "user_orders.npy")


def read_node_ids(folder: Path, kind: str) -> pyarrow.ChunkedArray:
    """The ids of nodes that `write_nodes` wrote."""
    return pyarrow.parquet.ParquetFile(folder / f"{kind}.parquet").read(columns=["id"])["id"]


def _node_schema(kind: str, columns: list[str]) -> pyarrow.Schema:
    types = {"id": pyarrow.string(), "first_seen": ARROW_TYPES["timestamp"], "views": pyarrow.int64()}
    types |= {"clicks": pyarrow.int64()}
    declared = log_contract()[f"{kind}s"].columns if f"{kind}s" in log_contract() else {}
    types |= {name: ARROW_TYPES[column.type] for name, column in declared.items() if name in columns}
    return pyarrow.schema([(name, types[name]) for name in columns])
