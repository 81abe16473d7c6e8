"""A random graph and a network as artifacts on disk, and the step over them."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy
import pyarrow
import pyarrow.parquet

from components.embed_nodes.settings import EmbeddingSettings
from components.embed_nodes.step import embed_nodes
from components.train_gnn.graph_tables import GraphTables
from components.train_gnn.inputs.attributes import Attribute, Categories
from components.train_gnn.network_artifact import write_network
from components.train_gnn.settings import NetworkSettings
from schemas.artifact_meta import ArtifactMeta, write_meta
from schemas.instants import MICROSECONDS, format_instant
from schemas.step_report import StepReport
from tests.components.embed_nodes.whole_graphs import SECOND, SIZE, graph_in_seconds, make_network, node_ids

MINUTE = MICROSECONDS["m"]
END = 20 * MINUTE
INSTANTS = [9 * MINUTE, 10 * MINUTE]


def write_graph(folder: Path, tables: GraphTables) -> None:
    """Writes a graph artifact; nodes are born with their first edge, others at an even second."""
    for name in ("nodes", "features/orders"):
        (folder / name).mkdir(parents=True)
    for kind, ids in node_ids(tables).items():
        born = numpy.random.default_rng(len(ids)).integers(0, 600, len(ids)) * 2 * SECOND
        for edge_type, edges in tables.edges.items():
            if edge_type[2] == kind:
                numpy.minimum.at(born, edges.target, edges.time)
        first_seen = pyarrow.array(born).cast(pyarrow.timestamp("us", tz="UTC"))
        columns = {"id": ids, "first_seen": first_seen}
        for name, attribute in tables.attributes.get(kind, {}).items():
            columns[name] = attribute_column(attribute)
        pyarrow.parquet.write_table(pyarrow.table(columns), folder / "nodes" / f"{kind}.parquet")
    brands = [f"brand{number}" for number in tables.article_brand[1:].tolist()]
    articles = {"id": [f"article{number}" for number in range(len(brands))], "brand_id": brands}
    pyarrow.parquet.write_table(pyarrow.table(articles), folder / "nodes" / "article.parquet")
    features = folder / "features"
    numpy.save(features / "article_embedding.npy", tables.article_embedding.numpy().astype(numpy.float16))
    numpy.save(features / "content_articles.npy", tables.content_rows.numpy().astype(numpy.int32))
    for name in ("colptr", "row", "time"):
        numpy.save(features / "orders" / f"{name}.npy", getattr(tables.orders, name))
    for edge_type, edges in tables.edges.items():
        relation = folder / "edges" / "__".join(edge_type)
        relation.mkdir(parents=True)
        for field in dataclasses.fields(edges):
            numpy.save(relation / f"{field.name}.npy", getattr(edges, field.name))
    details = {"window_start": format_instant(0)}
    write_meta(folder, ArtifactMeta(kind="graph", as_of=format_instant(END), largest_event_time=None, details=details))


def attribute_column(attribute: Attribute) -> pyarrow.Array:
    """The column of a node table that is read as this attribute."""
    if isinstance(attribute, Categories):
        return pyarrow.array([attribute.names[code] if code >= 0 else None for code in attribute.code])
    return pyarrow.array(attribute.value, from_pandas=True)


@dataclasses.dataclass(frozen=True)
class WrittenWorld:
    """Artifacts in a folder."""

    folder: Path

    @classmethod
    def write(cls, folder: Path, seed: int = 0) -> WrittenWorld:
        """Writes a graph and a network that was trained on nothing."""
        tables = graph_in_seconds(seed, users=140, contents=60, views=400)
        write_graph(folder / "graph", tables)
        network_settings = NetworkSettings(embedding_size=SIZE)
        network = make_network("contrast", tables)
        write_network(folder / "network", network, network_settings, MINUTE, 0, counts={}, details={}, files={})
        return cls(folder)

    def embed(self, name: str, instants: list[int] = INSTANTS, **options: Any) -> StepReport:
        """Runs the step into a folder of that name."""
        report = StepReport("embed_nodes", 0.0)
        embed_nodes(
            graph=options.pop("graph", self.folder / "graph"),
            network=self.folder / "network",
            output=self.folder / name,
            instants=instants,
            window=options.pop("window", 5 * MINUTE),
            cold_content_views=3,
            settings=options.pop("settings", EmbeddingSettings()),
            report=report,
            **options,
        )
        return report

    def contents(self, name: str) -> dict[str, bytes]:
        """Every file of a store by its path."""
        root = self.folder / name
        return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}
