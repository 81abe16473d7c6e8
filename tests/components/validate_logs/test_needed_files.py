"""Which files of a log folder a run needs."""

from __future__ import annotations

import pytest

from components.validate_logs.log_window import LogWindow
from components.validate_logs.needed_files import needed_files
from schemas.instants import DAY, parse_instant

START = parse_instant("2026-03-02T12:00:00Z")
"""Noon: the window cuts its first and its last day."""

NEEDED = [
    "impressions/day=2026-03-02/part-0.parquet",
    "impressions/day=2026-03-04/part-0.ndjson.gz",
    "orders/day=2025-01-01/part-0.parquet",
    "follows/day=2026-03-04/part-0.parquet",
    "articles/part-0.parquet",
    "contents/part-0.ndjson",
    # For the validation to refuse.
    "impressions/part-0.parquet",
    "impressions/day=yesterday/part-0.parquet",
    "articles/notes.txt",
]
NOT_NEEDED = [
    "impressions/day=2026-03-01/part-0.parquet",
    "impressions/day=2026-03-05/part-0.parquet",
    "orders/day=2026-03-05/part-0.parquet",
    "impressions/_SUCCESS",
    "impressions/day=2026-03-02/.part-0.parquet.crc",
    "impressions/_temporary/0/part-0.parquet",
    "meta.json",
    "truth/impressions/day=2026-03-02/part-0.parquet",
    "clicks/day=2026-03-02/part-0.parquet",
]


@pytest.mark.parametrize(("path", "expected"), [*((path, True) for path in NEEDED), *((p, False) for p in NOT_NEEDED)])
def test_days_outside_the_window_and_what_is_no_table_are_not_needed(path: str, expected: bool) -> None:
    assert needed_files(LogWindow(START, START + 2 * DAY))(path) == expected
