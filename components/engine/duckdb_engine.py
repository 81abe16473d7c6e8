"""DuckDB: the engine of one machine."""

from __future__ import annotations

import contextlib
import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import ibis
import ibis.expr.types
import pyarrow

from components.engine.engine import BATCH_ROWS, Engine
from components.engine.settings import EngineSettings


def _epoch_us(moment: ibis.expr.types.TimestampValue) -> ibis.expr.types.IntegerValue:
    """Stands for DuckDB's own function of that name, which is called in its place."""
    raise NotImplementedError(f"{moment}: the engine's own function is called in this one's place")


class DuckDBEngine(Engine):
    """DuckDB in memory, spilling into a temporary folder."""

    joins_as_of = True
    _microseconds = staticmethod(
        ibis.udf.scalar.builtin(_epoch_us, name="epoch_us", signature=(("timestamp('UTC')",), "int64"))
    )

    def __init__(self, settings: EngineSettings, work_folder: Path) -> None:
        self.work_folder = work_folder
        self.connection = ibis.duckdb.connect(
            memory_limit=settings.memory_limit, threads=settings.threads, temp_directory=str(work_folder)
        )
        self.connection.raw_sql("SET enable_progress_bar = false")
        self.connection.raw_sql("SET TimeZone = 'UTC'")
        # Rows have an order only where an expression gives them one; keeping more costs memory.
        self.connection.raw_sql("SET preserve_insertion_order = false")
        # DuckDB takes tables of this process's memory to have one row, and would join them by comparing every pair.
        self.connection.raw_sql("SET asof_loop_join_threshold = 0")

    def read_parquet(self, paths: Sequence[str]) -> ibis.expr.types.Table:
        """See Engine."""
        return self.connection.read_parquet([_literal_pattern(path) for path in paths], hive_partitioning=False)

    def from_arrow(self, name: str, table: pyarrow.Table) -> ibis.expr.types.Table:
        """See Engine."""
        # Read where it is; Ibis' create_table would copy it.
        self.connection.con.register(name, table)
        return self.connection.table(name)

    def forget(self, name: str) -> None:
        """See Engine."""
        self.connection.con.unregister(name)

    def keep(self, name: str, rows: ibis.expr.types.Table) -> ibis.expr.types.Table:
        """See Engine."""
        # Ibis' own create_table takes five statements for these two, which counts where tables are small.
        columns = ", ".join(column.sql("duckdb") for column in rows.schema().to_sqlglot_column_defs("duckdb"))
        self.connection.raw_sql(f'CREATE OR REPLACE TABLE "{name}" ({columns})')
        self.connection.raw_sql(f'INSERT INTO "{name}" {self.connection.compile(rows)}')
        return self.connection.table(name)

    def drop(self, name: str) -> None:
        """See Engine."""
        self.connection.drop_table(name)

    def stream(self, rows: ibis.expr.types.Table) -> Iterator[pyarrow.RecordBatch]:
        """See Engine."""
        yield from self.connection.to_pyarrow_batches(rows, chunk_size=BATCH_ROWS)

    def microseconds(self, moment: ibis.expr.types.TimestampValue) -> ibis.expr.types.IntegerValue:
        """See Engine."""
        return self._microseconds(moment)


@contextlib.contextmanager
def open_duckdb(settings: EngineSettings) -> Iterator[DuckDBEngine]:
    """Opens DuckDB; its temporary files are gone at the end of the block."""
    with tempfile.TemporaryDirectory(prefix="duckdb_") as folder:
        engine = DuckDBEngine(settings, Path(folder))
        try:
            yield engine
        finally:
            engine.connection.disconnect()


def _literal_pattern(path: str) -> str:
    """The path with the characters escaped that DuckDB would expand."""
    return re.sub(r"([\[*?])", r"[\1]", path)
