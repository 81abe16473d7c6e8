"""Simulated days of impressions inside an engine, for tests of their comparison."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ibis
import numpy
import pandas
import pyarrow
import pyarrow.parquet

from components.engine.engine import Engine
from components.validate_logs.checked_table import CheckedTable
from components.validate_logs.log_window import LogWindow
from schemas.instants import DAY, HOUR
from schemas.log_contract import Table, log_contract
from tests.log_folders import START

DAYS = 6
ROWS = 3000
NEWEST = "2026-03-07"
WINDOW = LogWindow(START, START + DAYS * DAY)


def impressions(seed: int = 0, days: int = DAYS, rows: int = ROWS) -> Any:
    """Days that differ by chance only: rows in a steady shop whose users and content come back."""
    generator = numpy.random.default_rng(seed)
    total = days * rows
    day = numpy.repeat(numpy.arange(days), rows)
    clicked = generator.random(total) < 0.1
    microseconds = START + day * DAY + (generator.beta(4, 3, total) * 24 * HOUR).astype(numpy.int64)
    return pandas.DataFrame(
        {
            "request_id": [f"r{number}" for number in range(total)],
            "timestamp": pandas.to_datetime(microseconds, unit="us", utc=True),
            "user_id": [f"u{number}" for number in generator.zipf(1.3, total) % 5000],
            "content_id": [f"c{number}" for number in generator.integers(0, 40, total)],
            "slot": pandas.array(generator.integers(0, 40, total), "Int32"),
            "clicked": clicked.astype(numpy.int8),
            "dwell_seconds": numpy.where(clicked, generator.lognormal(3, 1, total), numpy.nan).astype(numpy.float32),
            "device": generator.choice(["phone", "desktop", "tablet"], total, p=[0.6, 0.3, 0.1]),
        }
    )


def contents() -> Any:
    """What the impressions show."""
    return pandas.DataFrame(
        {
            "content_id": [f"c{number}" for number in range(40)],
            "kind": ["article"] * 30 + ["video"] * 10,
            "published_at": pandas.Series([pandas.NaT] * 40, dtype="datetime64[us, UTC]"),
            "article_ids": [["a"] * (number % 3) for number in range(40)],
            "brand_ids": [["b"]] * 40,
            "premium": [number % 4 == 0 for number in range(40)],
            "body_length": pandas.array([None if number % 10 == 0 else 100 * number for number in range(40)], "Int32"),
        }
    )


def checked(engine: Engine, folder: Path, name: str, frame: Any, table: Table | None = None) -> CheckedTable:
    """A frame as a checked table whose rows all were accepted."""
    table = table or log_contract()[name]
    arrow = pyarrow.Table.from_pandas(frame.reindex(columns=list(table.columns)), preserve_index=False)
    path = folder / f"{name}.parquet"
    pyarrow.parquet.write_table(arrow.cast(table.arrow_schema), path)
    rows = engine.read_parquet([str(path)])
    day = rows[table.partitioned_by].date() if table.partitioned_by else ibis.null("date")
    accepted = rows.mutate(partition_day=day)
    return CheckedTable(
        table=table,
        accepted=accepted,
        quarantined=accepted,
        counts=pandas.DataFrame(),
        reasons={},
        outside_window=0,
        undeclared=(),
    )
