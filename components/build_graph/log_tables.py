"""The validated logs as Ibis tables, with every instant in int64 microseconds."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import ibis
import ibis.expr.types

from schemas.artifact_meta import ArtifactMeta, read_meta
from schemas.errors import ContractError
from schemas.instants import Instant, format_instant, parse_instant


def _microseconds(moment: ibis.expr.types.TimestampValue) -> ibis.expr.types.IntegerValue:
    """Microseconds since 1970; Ibis itself has whole seconds only."""
    raise NotImplementedError(f"{moment}: the engine's own function is called in this one's place")


epoch_us = ibis.udf.scalar.builtin(_microseconds, name="epoch_us", signature=(("timestamp('UTC')",), "int64"))


@dataclasses.dataclass(frozen=True)
class LogTables:
    """What a graph is built from; nothing at or after `end` is in a table with a `time`.

    Attributes:
        impressions: user_id, content_id, time, clicked, dwell_seconds, in_window (time >= start).
        orders: user_id, article_id, time.
        follows: user_id, brand_id, time.
        contents: The declared columns; published_at in microseconds.
        articles: The declared columns.
        users: The declared columns.
        start: The first instant of the graph's window.
        end: Its end.
    """

    impressions: ibis.expr.types.Table
    orders: ibis.expr.types.Table
    follows: ibis.expr.types.Table
    contents: ibis.expr.types.Table
    articles: ibis.expr.types.Table
    users: ibis.expr.types.Table
    start: Instant
    end: Instant


def read_validated_meta(logs: Path, start: Instant, end: Instant) -> ArtifactMeta:
    """Reads the logs' meta.json and refuses logs that do not cover the graph.

    Raises:
        ContractError: The folder is not a "validated_logs" artifact, or [start, end) is not within its window.
    """
    meta = read_meta(logs, "validated_logs")
    known_from, known_to = parse_instant(str(meta.details["window_start"])), meta.as_of_instant
    if not known_from <= start < end <= known_to:
        raise ContractError(
            f"{logs}: validated for {format_instant(known_from)} to {meta.as_of}, which does not cover the graph's "
            f"{format_instant(start)} to {format_instant(end)}; validate the logs of that window"
        )
    return meta


def open_log_tables(connection: ibis.backends.BaseBackend, logs: Path, start: Instant, end: Instant) -> LogTables:
    """Opens the tables of validated logs.

    Args:
        connection: The engine.
        logs: An artifact of kind "validated_logs".
        start: The first instant of the graph's window.
        end: Its end; later events are not in any table.
    """

    def read(table: str, pattern: str) -> ibis.expr.types.Table:
        return connection.read_parquet(str(logs / table / pattern), hive_partitioning=False)

    def events(table: str) -> ibis.expr.types.Table:
        rows = read(table, "day=*/*.parquet")
        rows = rows.mutate(time=epoch_us(rows.timestamp)).drop("timestamp")
        return rows.filter(rows.time < end)

    impressions = events("impressions")
    contents = read("contents", "*.parquet")
    return LogTables(
        impressions=impressions.mutate(in_window=impressions.time >= start),
        orders=events("orders"),
        follows=events("follows"),
        contents=contents.mutate(published_at=epoch_us(contents.published_at)),
        articles=read("articles", "*.parquet"),
        users=read("users", "*.parquet"),
        start=start,
        end=end,
    )
