"""Spark: the engine of a cluster, and of one machine in tests."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sys
import tempfile
import uuid
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types
import pyarrow

from components.engine.cluster import submitted_to_cluster
from components.engine.engine import BATCH_ROWS, Engine
from components.engine.settings import EngineSettings
from schemas.errors import ContractError


def _unix_micros(moment: ibis.expr.types.TimestampValue) -> ibis.expr.types.IntegerValue:
    """Stands for Spark's own function of that name, which is called in its place."""
    raise NotImplementedError(f"{moment}: the engine's own function is called in this one's place")


class SparkEngine(Engine):
    """A Spark session; what it keeps lies in its warehouse, on a cluster in the cluster's own file system."""

    joins_as_of = False
    _microseconds = staticmethod(
        ibis.udf.scalar.builtin(_unix_micros, name="unix_micros", signature=(("timestamp('UTC')",), "int64"))
    )

    def __init__(self, session: Any, work_folder: Path) -> None:
        self.work_folder = work_folder
        self.session = session
        self.connection = ibis.pyspark.connect(session)
        self._kept: set[str] = set()
        self._prefix = f"frontrow_{uuid.uuid4().hex}"
        self._views = 0

    def read_parquet(self, paths: Sequence[str]) -> ibis.expr.types.Table:
        """See Engine."""
        self._views += 1
        name = f"source_{self._views}"
        # Every character of a path stands for itself, as in DuckDB: Hadoop would expand some.
        escaped = [re.sub(r"([\[\]{}*?])", r"\\\1", path) for path in paths]
        self.session.read.parquet(*escaped).createOrReplaceTempView(name)
        return self.connection.table(name)

    def from_arrow(self, name: str, table: pyarrow.Table) -> ibis.expr.types.Table:
        """See Engine."""
        from pyspark.sql.pandas.types import from_arrow_schema

        # Inside this method, as in stream.
        def deserialized(batches: Iterable[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
            for batch in batches:
                for value in batch["batch"]:
                    yield from pyarrow.ipc.open_stream(value.as_py())

        serialized = [(_serialized_batch(batch),) for batch in table.to_batches(max_chunksize=BATCH_ROWS)]
        frame = self.session.createDataFrame(serialized, "batch binary")
        frame.mapInArrow(deserialized, from_arrow_schema(table.schema)).createOrReplaceTempView(name)
        return self.connection.table(name)

    def forget(self, name: str) -> None:
        """See Engine."""
        self.session.catalog.dropTempView(name)

    def keep(self, name: str, rows: ibis.expr.types.Table) -> ibis.expr.types.Table:
        """See Engine."""
        self._kept.add(name)
        return self.connection.create_table(self._own(name), rows, overwrite=True)

    def drop(self, name: str) -> None:
        """See Engine."""
        self.connection.drop_table(self._own(name))
        self._kept.discard(name)

    def stream(self, rows: ibis.expr.types.Table) -> Iterator[pyarrow.RecordBatch]:
        """See Engine; partition after partition, since Spark's own Arrow export holds the whole result in memory."""

        # Inside this method, so that it travels to Spark's workers by value: they need not have this package.
        def serialized(batches: Iterable[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
            for batch in batches:
                sink = pyarrow.BufferOutputStream()
                with pyarrow.ipc.new_stream(sink, batch.schema) as writer:
                    writer.write_batch(batch)
                yield pyarrow.RecordBatch.from_pydict({"batch": [sink.getvalue().to_pybytes()]})

        schema = rows.schema().to_pyarrow()
        frame = self.session.sql(self.connection.compile(rows)).mapInArrow(serialized, "batch binary")
        for row in frame.toLocalIterator(prefetchPartitions=True):
            yield from pyarrow.ipc.open_stream(row["batch"]).read_all().cast(schema).to_batches()

    def microseconds(self, moment: ibis.expr.types.TimestampValue) -> ibis.expr.types.IntegerValue:
        """See Engine."""
        return self._microseconds(moment)

    def _own(self, name: str) -> str:
        # A cluster's warehouse is shared with other jobs.
        return f"{self._prefix}_{name}"

    def close(self) -> None:
        """Drops what is kept."""
        for name in sorted(self._kept):
            self.drop(name)


@contextlib.contextmanager
def open_spark(settings: EngineSettings) -> Iterator[SparkEngine]:
    """Joins the cluster that submitted this process, else starts Spark on this machine.

    Raises:
        ContractError: There is no Java.
    """
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("frontrow")
    builder = builder.config("spark.sql.session.timeZone", "UTC")
    builder = builder.config("spark.sql.execution.arrow.maxRecordsPerBatch", str(BATCH_ROWS))
    with tempfile.TemporaryDirectory(prefix="spark_") as folder:
        # spark-submit has chosen master and memory.
        if not submitted_to_cluster():
            require_java()
            os.environ["PYSPARK_PYTHON"] = sys.executable
            builder = builder.master(f"local[{settings.threads}]")
            for name, value in _local_configuration(settings, folder).items():
                builder = builder.config(name, value)
        session = builder.getOrCreate()
        session.sparkContext.setLogLevel("ERROR")
        engine = SparkEngine(session, Path(folder))
        try:
            yield engine
        finally:
            engine.close()
            if not submitted_to_cluster():
                session.stop()


def _serialized_batch(batch: pyarrow.RecordBatch) -> bytes:
    sink = pyarrow.BufferOutputStream()
    with pyarrow.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    content: bytes = sink.getvalue().to_pybytes()
    return content


def require_java() -> None:
    """Refuses to start Spark without Java.

    Raises:
        ContractError: Neither JAVA_HOME nor `java` on the PATH.
    """
    if "JAVA_HOME" not in os.environ and shutil.which("java") is None:
        raise ContractError(
            "engine 'pyspark': no Java found (neither JAVA_HOME nor java on the PATH); install Java 17, "
            "or set engine: duckdb"
        )


def _local_configuration(settings: EngineSettings, folder: str) -> dict[str, str]:
    return {
        "spark.driver.memory": settings.memory_limit.replace("GB", "g").replace("MB", "m"),
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.shuffle.partitions": str(2 * settings.threads),
        "spark.sql.warehouse.dir": f"{folder}/warehouse",
        "spark.local.dir": folder,
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.extraJavaOptions": f"-Dderby.system.home={folder}",
    }
