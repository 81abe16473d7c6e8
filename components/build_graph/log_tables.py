"""The validated logs as Ibis tables, with every instant in int64 microseconds."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import ibis.expr.types

from components.engine.engine import Engine
from schemas.artifact_meta import ArtifactMeta, read_meta
from schemas.errors import ContractError
from schemas.instants import DAY, Instant, format_instant, parse_instant

FIRST_INSTANT: Instant = parse_instant("0001-01-01T00:00:00Z")


@dataclasses.dataclass(frozen=True)
class LogTables:
    """What a graph is built from; nothing at or after `end` is in a table with a `time`.

    Attributes:
        impressions: user_id, content_id, time, clicked, dwell_seconds; only those of [start, end).
        orders: user_id, article_id, time.
        follows: user_id, brand_id, time.
        contents: The declared columns; published_at in microseconds.
        articles: The declared columns.
        users: The declared columns.
        end: The end of the graph's window.
    """

    impressions: ibis.expr.types.Table
    orders: ibis.expr.types.Table
    follows: ibis.expr.types.Table
    contents: ibis.expr.types.Table
    articles: ibis.expr.types.Table
    users: ibis.expr.types.Table
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


def open_log_tables(
    engine: Engine,
    logs: Path,
    start: Instant,
    end: Instant,
    history_start: Instant = FIRST_INSTANT,
    read_from: str | None = None,
) -> LogTables:
    """Opens the tables of validated logs; files of days outside the spans are not even opened.

    Args:
        engine: Where they are read.
        logs: An artifact of kind "validated_logs".
        start: The first instant of the impressions.
        end: The end of everything; later events are not in any table.
        history_start: The first instant of orders and follows, which reach back before `start`.
        read_from: Where the engine finds the files of `logs`, if not there.
    """

    def read(paths: list[Path]) -> ibis.expr.types.Table:
        places = [path if read_from is None else f"{read_from}/{path.relative_to(logs).as_posix()}" for path in paths]
        return engine.read_parquet([str(place) for place in places])

    def events(table: str, first: Instant) -> ibis.expr.types.Table:
        rows = read(_day_files(logs / table, first, end))
        rows = rows.mutate(time=engine.microseconds(rows.timestamp)).drop("timestamp")
        return rows.filter(rows.time >= first, rows.time < end)

    def whole(table: str) -> ibis.expr.types.Table:
        return read(sorted((logs / table).glob("*.parquet")))

    contents = whole("contents")
    return LogTables(
        impressions=events("impressions", start),
        orders=events("orders", history_start),
        follows=events("follows", history_start),
        contents=contents.mutate(published_at=engine.microseconds(contents.published_at)),
        articles=whole("articles"),
        users=whole("users"),
        end=end,
    )


def _day_files(folder: Path, first: Instant, end: Instant) -> list[Path]:
    """The files of the days that [first, end) touches; the first of all files where there is none."""
    files = sorted(folder.glob("day=*/*.parquet"))
    if not files:
        raise ContractError(f"{folder}: no day=*/*.parquet; validate the logs again")
    # The file of another day says what the columns are; its rows lie outside the span.
    return [path for path in files if first - DAY < _day_start(path) < end] or files[:1]


def _day_start(path: Path) -> Instant:
    return parse_instant(path.parent.name.removeprefix("day="))
