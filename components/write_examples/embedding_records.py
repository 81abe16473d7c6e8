"""The embeddings of one instant as TFRecords, for consumers that read no Parquet."""

from __future__ import annotations

from pathlib import Path

import numpy

from components.write_examples.example_encoding import RaggedColumn, encode_examples
from components.write_examples.tfrecord_file import append_records
from schemas.embedding_store import EmbeddingStore
from schemas.graph_artifact import NODE_KINDS
from schemas.instants import Instant

NODES_AT_ONCE = 100_000


def write_embedding_records(folder: Path, store: EmbeddingStore, instant: Instant) -> None:
    """Writes {user,content,brand}.tfrecord with `id`, `embedding`, `views` and `cold`, one record a node.

    Args:
        folder: Created here.
        store: The embeddings.
        instant: Which of them.
    """
    folder.mkdir()
    for kind in NODE_KINDS:
        nodes = store.read(instant, kind)
        with (folder / f"{kind}.tfrecord").open("wb") as file:
            for start in range(0, len(nodes.ids), NODES_AT_ONCE):
                part = slice(start, min(start + NODES_AT_ONCE, len(nodes.ids)))
                one = numpy.arange(part.stop - part.start + 1)
                columns = {
                    "id": RaggedColumn(nodes.ids[part], one),
                    "embedding": RaggedColumn(nodes.embedding[part].ravel(), one * nodes.embedding.shape[1]),
                    "views": RaggedColumn(nodes.views[part], one),
                    "cold": RaggedColumn(nodes.cold[part].astype(numpy.int64), one),
                }
                append_records(file, encode_examples(columns))
