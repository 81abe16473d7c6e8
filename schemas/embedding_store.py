"""Embeddings by space and instant: embeddings/space=<id>/as_of=<instant>/{user,content,brand}.parquet.

One folder of an instant holds `meta.json` (kind "embeddings") and a Parquet file for each kind of node with the columns
`id` string, `embedding` fixed-size list of float32, `views` int64 (impressions in the window before the instant) and
`cold` bool, and where the maker says so also `inputs_hash` and `edges_hash` uint64: hashes of what the node's input
vector and its messages were made from. Embeddings of different spaces never meet: readers name the space that they
need. Networks of several days may share a space; `weights` in the details of meta.json says which of them made an
instant, all of which one network makes.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy
import pyarrow
import pyarrow.parquet

from schemas.artifact_meta import FILE_NAME, ArtifactMeta, read_meta, write_meta
from schemas.errors import ContractError
from schemas.folders import whole_folder
from schemas.graph_artifact import FloatArray, IntArray
from schemas.instants import Instant, compact_instant, format_instant, parse_compact_instant


@dataclasses.dataclass(frozen=True)
class NodeEmbeddings:
    """Embeddings of one kind of node at one instant.

    Attributes:
        ids: Node ids [nodes], sorted as in the graph.
        embedding: float32 [nodes, size].
        views: int64 [nodes], impressions in the window before the instant.
        cold: bool [nodes].
        made_from: uint64 [nodes, 2], hashes of each node's input features and of its in-edges; None where the store
            does not say.
    """

    ids: pyarrow.Array
    embedding: FloatArray
    views: IntArray
    cold: numpy.typing.NDArray[numpy.bool_]
    made_from: numpy.typing.NDArray[numpy.uint64] | None = None


class EmbeddingStore:
    """Reads and writes the embeddings of one space under a root folder.

    Args:
        root: The folder that holds `space=<id>` folders.
        space: The space; None to take the only one that is there.

    Raises:
        ContractError: `space` is None and the root does not hold exactly one space.
    """

    def __init__(self, root: Path, space: str | None = None) -> None:
        self.root = Path(root)
        if space is None:
            found = sorted(path.name.removeprefix("space=") for path in self.root.glob("space=*"))
            if len(found) != 1:
                raise ContractError(f"{self.root}: expected the embeddings of exactly one space, found {found}")
            space = found[0]
        self.space = space

    def folder(self, instant: Instant) -> Path:
        """Where the embeddings of that instant lie."""
        return self.root / f"space={self.space}" / f"as_of={compact_instant(instant)}"

    def instants(self) -> list[Instant]:
        """Instants that are there, oldest first."""
        folders = (self.root / f"space={self.space}").glob("as_of=*")
        return sorted(parse_compact_instant(path.name.removeprefix("as_of=")) for path in folders)

    def youngest_instant(self) -> Instant:
        """The last of the instants.

        Raises:
            ContractError: There is none.
        """
        instants = self.instants()
        if not instants:
            raise ContractError(f"{self.root}: no embeddings of space {self.space}; embed with embed_nodes first")
        return instants[-1]

    def write(self, instant: Instant, nodes: dict[str, NodeEmbeddings], meta: ArtifactMeta) -> None:
        """Writes the embeddings of one instant, whole or not at all.

        Args:
            instant: The refresh; every event that went in is strictly older.
            nodes: Embeddings by kind of node.
            meta: kind "embeddings", its space this store's, its as_of the instant.

        Raises:
            ContractError: The meta names another space or instant, or the instant is there, from other weights.
        """
        if meta.space != self.space or meta.as_of_instant != instant:
            raise ContractError(
                f"{self.folder(instant)}: embeddings of space {meta.space} as of {meta.as_of} do not belong to "
                f"space {self.space} as of {format_instant(instant)}"
            )
        if (self.folder(instant) / FILE_NAME).is_file():
            found, given = (each.details.get("weights") for each in (self.meta(instant), meta))
            if found != given:
                raise ContractError(
                    f"{self.folder(instant)}: holds embeddings from weights {found}, those to be written are from "
                    f"weights {given}; write to another root, or delete the folder first"
                )
        with whole_folder(self.folder(instant)) as folder:
            for kind, table in nodes.items():
                size = table.embedding.shape[1]
                flat = pyarrow.array(numpy.ascontiguousarray(table.embedding, numpy.float32).ravel())
                columns = {
                    "id": table.ids,
                    "embedding": pyarrow.FixedSizeListArray.from_arrays(flat, size),
                    "views": pyarrow.array(table.views),
                    "cold": pyarrow.array(table.cold),
                }
                if table.made_from is not None:
                    inputs, edges = numpy.ascontiguousarray(table.made_from.T)
                    columns |= {"inputs_hash": pyarrow.array(inputs), "edges_hash": pyarrow.array(edges)}
                pyarrow.parquet.write_table(pyarrow.table(columns), folder / f"{kind}.parquet")
            write_meta(folder, meta)

    def meta(self, instant: Instant) -> ArtifactMeta:
        """The meta.json of one instant, checked against this store's space.

        Raises:
            ContractError: It is missing or of another space or instant.
        """
        meta = read_meta(self.folder(instant), "embeddings")
        if meta.space != self.space or meta.as_of_instant != instant:
            raise ContractError(
                f"{self.folder(instant)}: holds space {meta.space} as of {meta.as_of}, "
                f"needed space {self.space} as of {format_instant(instant)}"
            )
        return meta

    def read(self, instant: Instant, kind: str) -> NodeEmbeddings:
        """Reads the embeddings of one kind of node at one instant."""
        self.meta(instant)
        table = pyarrow.parquet.read_table(self.folder(instant) / f"{kind}.parquet")
        embedding = table["embedding"].combine_chunks()
        size = embedding.type.list_size
        hashed = "inputs_hash" in table.column_names
        return NodeEmbeddings(
            ids=table["id"].combine_chunks(),
            embedding=embedding.flatten().to_numpy(zero_copy_only=False).reshape(-1, size),
            views=table["views"].to_numpy(),
            cold=table["cold"].combine_chunks().to_numpy(zero_copy_only=False),
            made_from=(
                numpy.stack([table["inputs_hash"].to_numpy(), table["edges_hash"].to_numpy()], axis=1)
                if hashed
                else None
            ),
        )
