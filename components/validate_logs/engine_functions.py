"""What the engines have under different names: the file that a row comes from, hashes, and their errors."""

from __future__ import annotations

import inspect
import re
from collections.abc import Sequence

import duckdb
import ibis
import ibis.expr.types

from components.engine.engine import Engine

PATH_COLUMN = "path of the log file"


def read_parquet_with_path(engine: Engine, paths: Sequence[str]) -> ibis.expr.types.Table:
    """The rows of Parquet files of one schema, and the file of each.

    Args:
        engine: Reads the files.
        paths: Absolute paths, at least one; none is taken as a pattern.

    Returns:
        The files' columns and PATH_COLUMN, which ends with the path as given.
    """
    if _is_duckdb(engine):
        literal = [re.sub(r"([\[*?])", r"[\1]", path) for path in paths]
        return engine.connection.read_parquet(literal, hive_partitioning=False, filename=PATH_COLUMN)
    session = engine.connection._session
    literal = [re.sub(r"([\[\]{}*?])", r"\\\1", path) for path in paths]
    # Spark writes the path as in an address, but leaves "+" alone, which stands for a space there.
    decoded = f"url_decode(replace(_metadata.file_path, '+', '%2B')) AS `{PATH_COLUMN}`"
    name = ibis.util.gen_name("log_files")
    session.read.parquet(*literal).selectExpr("*", decoded).createOrReplaceTempView(name)
    return engine.connection.table(name)


def row_hash(engine: Engine, values: Sequence[ibis.expr.types.Value]) -> ibis.expr.types.IntegerValue:
    """A hash of several values together, int64; equal values have equal hashes within one engine."""
    name, kind = ("hash", "uint64") if _is_duckdb(engine) else ("xxhash64", "int64")

    def combined(*parts: ibis.expr.types.Value) -> ibis.expr.types.IntegerValue:
        raise NotImplementedError(f"{parts}: the engine's own function is called in this one's place")

    # Ibis reads the number of arguments from the signature.
    positions = [inspect.Parameter(f"part_{i}", inspect.Parameter.POSITIONAL_ONLY) for i in range(len(values))]
    combined.__signature__ = inspect.Signature(positions)  # type: ignore[attr-defined]  # functions have one all the same
    types = tuple(value.type() for value in values)
    hashed: ibis.expr.types.IntegerValue = ibis.udf.scalar.builtin(combined, name=name, signature=(types, kind))(
        *values
    )
    # Not every engine has unsigned numbers; the half of them that has a sign bit is folded onto the other.
    return (hashed % ibis.literal(1 << 63, "uint64")).cast("int64") if kind == "uint64" else hashed


def reading_errors(engine: Engine) -> tuple[type[Exception], ...]:
    """What the engine raises where a file turns out to be damaged."""
    if _is_duckdb(engine):
        return (duckdb.Error,)
    import py4j.protocol
    import pyspark.errors

    return (pyspark.errors.PySparkException, py4j.protocol.Py4JError)


def _is_duckdb(engine: Engine) -> bool:
    return bool(engine.connection.name == "duckdb")
