"""Tables in memory as a graph artifact on disk, for tests that start other processes."""

from __future__ import annotations

from pathlib import Path

import numpy
import pyarrow
import pyarrow.parquet

from components.train_gnn.graph_tables import GraphTables
from schemas.artifact_meta import ArtifactMeta, write_meta
from schemas.instants import Instant, format_instant


def write_graph(folder: Path, tables: GraphTables, as_of: Instant) -> None:
    """Writes what train_gnn reads of a graph artifact."""
    counts = {"user": tables.users, "content": tables.contents, "brand": tables.brands}
    columns = {
        kind: {
            "id": pyarrow.array([f"{kind}{number}" for number in range(count)]),
            "first_seen": pyarrow.array(numpy.zeros(count, numpy.int64)).cast(pyarrow.timestamp("us", tz="UTC")),
        }
        for kind, count in counts.items()
    }
    brands = tables.article_brand.tolist()[1:]
    columns["article"] = {
        "id": pyarrow.array([f"article{number}" for number in range(len(brands))]),
        "brand_id": pyarrow.array([f"brand{brand}" for brand in brands]),
    }
    (folder / "nodes").mkdir(parents=True)
    for kind, values in columns.items():
        pyarrow.parquet.write_table(pyarrow.table(values), folder / "nodes" / f"{kind}.parquet")
    arrays: dict[str, numpy.ndarray] = {
        "features/article_embedding": tables.article_embedding.numpy().astype(numpy.float16),
        "features/content_articles": tables.content_rows.numpy().astype(numpy.int32),
    }
    arrays |= {f"features/orders/{name}": getattr(tables.orders, name) for name in ("colptr", "row", "time")}
    for edge_type, edges in tables.edges.items():
        names = ("colptr", "row", "time", "weight")
        arrays |= {f"edges/{'__'.join(edge_type)}/{name}": getattr(edges, name) for name in names}
    for name, array in arrays.items():
        path = folder / f"{name}.npy"
        path.parent.mkdir(parents=True, exist_ok=True)
        numpy.save(path, array)
    details = {"window_start": format_instant(0)}
    write_meta(
        folder, ArtifactMeta(kind="graph", as_of=format_instant(as_of), largest_event_time=None, details=details)
    )
