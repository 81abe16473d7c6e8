"""A fingerprint of the graph that a training works on."""

from __future__ import annotations

import hashlib

import numpy

from components.train_gnn.graph_tables import GraphTables

_CHUNK = 1 << 24
"""Values hashed at once, so that a memory-mapped array is never read whole."""


def graph_fingerprint(tables: GraphTables) -> str:
    """A hash of every edge, order and feature: another graph has another one, whatever its folder is called."""
    digest = hashlib.blake2b(digest_size=8)
    arrays = [array for edges in tables.edges.values() for array in (edges.colptr, edges.row, edges.time, edges.weight)]
    arrays += [tables.orders.colptr, tables.orders.row, tables.orders.time]
    arrays += [part.numpy() for part in (tables.article_embedding, tables.article_brand, tables.content_rows)]
    for array in arrays:
        digest.update(f"{array.dtype} {array.shape} ".encode())
        for start in range(0, len(array), _CHUNK):
            digest.update(numpy.ascontiguousarray(array[start : start + _CHUNK]).data)
    return digest.hexdigest()
