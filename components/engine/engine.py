"""The engine as the steps see it; nothing else of a step knows which one it runs on."""

from __future__ import annotations

import abc
import contextlib
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path

import ibis
import ibis.expr.types
import pyarrow

from components.engine.settings import EngineSettings

BATCH_ROWS = 1 << 18


class Engine(abc.ABC):
    """Reads tables, keeps intermediate ones, and streams results to this process.

    Attributes:
        joins_as_of: Whether it has an as-of join of its own; see as_of_join.py.
        connection: The Ibis backend.
        work_folder: For temporary files of this process; removed when the engine is closed.
    """

    joins_as_of: bool
    connection: ibis.backends.BaseBackend
    work_folder: Path

    @abc.abstractmethod
    def read_parquet(self, paths: Sequence[str]) -> ibis.expr.types.Table:
        """The rows of Parquet files of one schema; timestamps are UTC. At least one path, none of them a pattern."""

    @abc.abstractmethod
    def from_arrow(self, name: str, table: pyarrow.Table) -> ibis.expr.types.Table:
        """A table of this process's memory, as one of the engine; the name must be new."""

    @abc.abstractmethod
    def forget(self, name: str) -> None:
        """Lets go of what `from_arrow` was given under that name."""

    @contextlib.contextmanager
    def given(self, table: pyarrow.Table) -> Iterator[ibis.expr.types.Table]:
        """A table of this process's memory, as one of the engine for the length of the block."""
        name = f"given_{uuid.uuid4().hex}"
        try:
            yield self.from_arrow(name, table)
        finally:
            self.forget(name)

    @abc.abstractmethod
    def keep(self, name: str, rows: ibis.expr.types.Table) -> ibis.expr.types.Table:
        """Works rows out once, for several uses; what exceeds the memory goes to temporary files."""

    @abc.abstractmethod
    def drop(self, name: str) -> None:
        """Frees what `keep` kept under that name."""

    @abc.abstractmethod
    def stream(self, rows: ibis.expr.types.Table) -> Iterator[pyarrow.RecordBatch]:
        """The rows in their order, batch by batch; never all of them in this process's memory."""

    @abc.abstractmethod
    def microseconds(self, moment: ibis.expr.types.TimestampValue) -> ibis.expr.types.IntegerValue:
        """Microseconds since 1970 (int64); Ibis itself has whole seconds only."""


@contextlib.contextmanager
def open_engine(settings: EngineSettings) -> Iterator[Engine]:
    """Opens the engine that the settings name and closes it, with all that it kept, at the end of the block."""
    if settings.engine == "pyspark":
        from components.engine.spark_engine import open_spark

        opened: contextlib.AbstractContextManager[Engine] = open_spark(settings)
    else:
        from components.engine.duckdb_engine import open_duckdb

        opened = open_duckdb(settings)
    with opened as engine:
        yield engine
