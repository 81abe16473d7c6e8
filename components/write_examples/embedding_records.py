"""The embeddings of one instant as TFRecords, for consumers that read no Parquet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy
import pyarrow

from components.write_examples.example_encoding import RaggedColumn, encode_examples
from components.write_examples.tfrecord_file import write_records
from schemas.embedding_store import EmbeddingStore, NodeEmbeddings
from schemas.example_artifact import RecordFile
from schemas.graph_artifact import NODE_KINDS
from schemas.instants import Instant

NODES_AT_ONCE = 100_000


def write_embedding_records(
    folder: Path, store: EmbeddingStore, instant: Instant, suffix: str = ".tfrecord"
) -> dict[str, RecordFile]:
    """Writes {user,content,brand}.tfrecord with `id`, `embedding`, `views` and `cold`, one record a node.

    Args:
        folder: Created here.
        store: The embeddings.
        instant: Which of them.
        suffix: `.tfrecord`, or `.tfrecord.gz` to compress.

    Returns:
        Entries for the manifest, by path below the folder's parent.
    """
    folder.mkdir()
    return {
        f"{folder.name}/{kind}{suffix}": write_nodes(folder / f"{kind}{suffix}", store.read(instant, kind))
        for kind in NODE_KINDS
    }


def write_nodes(path: Path, nodes: NodeEmbeddings) -> RecordFile:
    """Writes the embeddings of one kind of node; returns the file's entry in the manifest."""
    return write_records(path, _encoded(nodes))


def columns_of(nodes: NodeEmbeddings, part: slice) -> dict[str, RaggedColumn]:
    """The columns of the records of some of the nodes, from part.start to part.stop."""
    one = numpy.arange(part.stop - part.start + 1)
    return {
        "id": RaggedColumn(nodes.ids[part], one),
        "embedding": RaggedColumn(nodes.embedding[part].ravel(), one * nodes.embedding.shape[1]),
        "views": RaggedColumn(nodes.views[part], one),
        "cold": RaggedColumn(nodes.cold[part].astype(numpy.int64), one),
    }


def _encoded(nodes: NodeEmbeddings) -> Iterator[pyarrow.LargeBinaryArray]:
    """Serialized records, NODES_AT_ONCE at a time."""
    for start in range(0, len(nodes.ids), NODES_AT_ONCE):
        yield encode_examples(columns_of(nodes, slice(start, min(start + NODES_AT_ONCE, len(nodes.ids)))))
