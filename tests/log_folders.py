"""Builds small log folders for tests: a valid shop, and folders with whatever rows a test needs.

tables = shop_tables(START, days=8)
tables["impressions"].loc[0, "clicked"] = 7
logs = write_log_folder(tmp_path / "logs", tables)
"""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy
import pandas
import pyarrow
import pyarrow.parquet

from schemas.artifact_meta import ArtifactMeta, write_meta
from schemas.instants import DAY, HOUR, Instant, format_instant, parse_instant
from schemas.log_contract import log_contract

START: Instant = parse_instant("2026-03-02T00:00:00Z")
"""The first instant of the small shop's window."""

Tables: TypeAlias = dict[str, Any]
"""Data frames by table name; Any, since the stubs of pandas refuse what tests do to single cells."""


def moments(instants: Sequence[int] | numpy.typing.NDArray[numpy.int64]) -> pandas.Series:
    """Instants as a column of UTC timestamps."""
    return pandas.Series(pandas.to_datetime(numpy.asarray(instants, numpy.int64), unit="us", utc=True))


def shop_tables(
    start: Instant = START,
    days: int = 8,
    seed: int = 0,
    users: int = 12,
    contents: int = 10,
    articles: int = 15,
    requests_a_day: int = 15,
) -> Tables:
    """A small valid shop with every corner that the contract allows.

    Some contents have no `published_at`, some are published during the window, one is published after it and one is
    never shown; some clicks have no dwell and some dwell longer than the window; orders and follows reach back 20 days;
    one user only orders and one only follows; one brand is only followed.

    Args:
        start: The first instant with impressions, a UTC midnight.
        days: Days with impressions.
        seed: Of every random draw.
        users: Users that see impressions.
        contents: Contents that are shown.
        articles: Articles.
        requests_a_day: Requests of each day.

    Returns:
        The tables of the log contract by name; `users` is absent.
    """
    generator = numpy.random.default_rng(seed)
    end = start + days * DAY
    brands = [f"brand{number}" for number in range(4)]
    article_ids = [f"article{number:02d}" for number in range(articles)]
    article_brands = generator.choice(brands, articles)
    embedding = generator.normal(size=(articles, 128)).astype(numpy.float32)

    published = start + generator.integers(-5 * DAY, (days - 1) * DAY, contents + 2)
    published[-2] = end + DAY  # published after the window and never shown
    published[-1] = start - DAY  # published, never shown
    linked = [sorted(set(generator.choice(article_ids, 3))) for _ in range(contents + 2)]
    content_frame = pandas.DataFrame(
        {
            "content_id": [f"content{number:02d}" for number in range(contents + 2)],
            "kind": generator.choice(["article", "carousel", "video"], contents + 2),
            "published_at": moments(published).where(generator.random(contents + 2) < 0.7),
            "article_ids": linked,
            "brand_ids": [sorted({article_brands[article_ids.index(item)] for item in items}) for items in linked],
            "premium": generator.random(contents + 2) < 0.5,
            "body_length": generator.integers(0, 1000, contents + 2),
        }
    )
    content_frame.loc[contents:, "published_at"] = moments(published)[contents:]

    return {
        "impressions": _impressions(
            generator, start, days, users, content_frame["content_id"][:contents], requests_a_day
        ),
        "orders": pandas.DataFrame(
            {
                "user_id": [f"user{number:02d}" for number in generator.integers(0, users, 60)] + ["only_orders"],
                "article_id": generator.choice(article_ids, 61),
                "timestamp": moments(generator.integers(start - 20 * DAY, end, 61)),
            }
        ),
        "follows": pandas.DataFrame(
            {
                "user_id": [
                    *(f"user{number:02d}" for number in generator.integers(0, users, 15)),
                    "only_follows",
                    "user00",
                ],
                "brand_id": [*generator.choice(brands, 15), "only_followed", "brand0"],
                "timestamp": moments([*generator.integers(start - 20 * DAY, end, 15), start + DAY, end - HOUR]),
            }
        ),
        "contents": content_frame,
        "articles": pandas.DataFrame(
            {"article_id": article_ids, "brand_id": article_brands, "embedding": list(embedding)}
        ),
    }


def _impressions(
    generator: numpy.random.Generator,
    start: Instant,
    days: int,
    users: int,
    content_ids: pandas.Series,
    requests_a_day: int,
) -> pandas.DataFrame:
    requests, slots = days * requests_a_day, 4
    # Whole seconds, so that equal times occur; the first requests of each day at midnight itself.
    second = generator.integers(0, 86_400, requests)
    second[::requests_a_day] = 0
    time = start + numpy.repeat(numpy.arange(days), requests_a_day) * DAY + second * 1_000_000
    rows = requests * slots
    clicked = generator.random(rows) < 0.2
    dwell = numpy.where(generator.random(rows) < 0.9, generator.gamma(2, 40, rows), generator.gamma(2, 100_000, rows))
    chosen = [generator.choice(content_ids, slots, replace=False) for _ in range(requests)]
    return pandas.DataFrame(
        {
            "request_id": numpy.repeat([f"request{number:04d}" for number in range(requests)], slots),
            "timestamp": moments(numpy.repeat(time, slots)),
            "user_id": numpy.repeat([f"user{number:02d}" for number in generator.integers(0, users, requests)], slots),
            "content_id": numpy.concatenate(chosen),
            "slot": numpy.tile(numpy.arange(slots), requests),
            "clicked": clicked.astype(numpy.int8),
            "dwell_seconds": numpy.where(clicked & (generator.random(rows) < 0.8), dwell, numpy.nan),
            "device": numpy.repeat(generator.choice(["phone", "desktop"], requests), slots),
        }
    )


def write_log_folder(folder: Path, tables: Tables, file_format: str = "parquet", as_declared: bool = True) -> Path:
    """Writes tables as a log folder.

    Args:
        folder: Where to.
        tables: Frames by table name; rows without a timestamp go to the first day's partition.
        file_format: `parquet`, `ndjson` or `ndjson.gz`.
        as_declared: Parquet in the contract's types; else in those that pandas has, for wrong values.

    Returns:
        The folder.
    """
    for name, frame in tables.items():
        by = log_contract()[name].partitioned_by
        if by is None or by not in frame:
            write_log_file(folder / name / f"part-0.{file_format}", name, frame, as_declared)
        else:
            day = pandas.to_datetime(frame[by], utc=True).dt.strftime("%Y-%m-%d")
            for value, rows in frame.groupby(day.fillna(day.min())):
                write_log_file(folder / name / f"day={value}" / f"part-0.{file_format}", name, rows, as_declared)
    return folder


def write_log_file(path: Path, table: str, frame: pandas.DataFrame, as_declared: bool = True) -> None:
    """Writes one log file; its name's ending tells the format."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.name.endswith(".parquet"):
        declared = {field.name: field.type for field in log_contract()[table].arrow_schema} if as_declared else {}
        arrays = {str(name): pyarrow.array(frame[name], declared.get(str(name)), from_pandas=True) for name in frame}
        pyarrow.parquet.write_table(pyarrow.table(arrays), path)
        return
    text = frame.to_json(orient="records", lines=True, date_format="iso", date_unit="us", double_precision=15)
    data = text.encode()
    path.write_bytes(gzip.compress(data, mtime=0) if path.name.endswith(".gz") else data)


def write_validated_logs(folder: Path, tables: Tables, start: Instant, end: Instant) -> Path:
    """Writes tables as validate_logs would hand them on, for tests of the steps after it; nothing is checked.

    Args:
        folder: Where to.
        tables: Valid frames by table name; absent tables and columns are written empty.
        start: The first instant of the window.
        end: Its end; later rows are left out.

    Returns:
        The folder.
    """
    for name, table in log_contract().items():
        frame = tables.get(name, pandas.DataFrame({column: [] for column in table.columns}))
        frame = frame.reindex(columns=list(table.columns))
        if table.partitioned_by is not None:
            time = pandas.to_datetime(frame[table.partitioned_by], utc=True)
            kept = time < pandas.Timestamp(format_instant(end))
            if name == "impressions":
                kept &= time >= pandas.Timestamp(format_instant(start))
            frame, time = frame[kept], time[kept]
            groups = {f"day={day}": rows for day, rows in frame.groupby(time.dt.strftime("%Y-%m-%d"))}
            groups = groups or {f"day={format_instant(end - 1)[:10]}": frame}
        else:
            groups = {"": frame}
        for partition, rows in groups.items():
            path = folder / name / partition / "part-0.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            by = list(table.key) if table.partitioned_by is None else [table.partitioned_by, *table.key]
            rows = rows.sort_values(by) if len(rows) else rows
            arrow = pyarrow.Table.from_pandas(rows, schema=table.arrow_schema, preserve_index=False)
            pyarrow.parquet.write_table(arrow.replace_schema_metadata(None), path)
    meta = ArtifactMeta(
        kind="validated_logs",
        as_of=format_instant(end),
        largest_event_time=None,
        details={"window_start": format_instant(start)},
    )
    write_meta(folder, meta)
    return folder
