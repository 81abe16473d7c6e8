"""The engine that the Ibis expressions run on."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator

import ibis

from components.build_graph.settings import GraphSettings


@contextlib.contextmanager
def engine(settings: GraphSettings) -> Iterator[ibis.backends.BaseBackend]:
    """Opens DuckDB in memory, spilling into a temporary folder, so that a graph larger than memory can be sorted."""
    with tempfile.TemporaryDirectory(prefix="build_graph_") as folder:
        connection = ibis.duckdb.connect(
            memory_limit=settings.memory_limit, threads=settings.threads, temp_directory=folder
        )
        connection.raw_sql("SET enable_progress_bar = false")
        try:
            yield connection
        finally:
            connection.disconnect()
