"""Impressions are written by day and slice by slice, each item once."""

from __future__ import annotations

from pathlib import Path

import pyarrow
import pytest

from schemas.instants import DAY
from sources.day_buckets import DayBuckets
from sources.mind_layout.impressions import SCHEMA, write_impressions
from sources.mind_layout.news_ids import NewsIds
from tests.sources.contract_checks import files, read_folder


@pytest.mark.parametrize("lines_at_once", [1, 2, 100])
def test_lines_become_rows(tmp_path: Path, lines_at_once: int) -> None:
    buckets = DayBuckets(tmp_path / "lines", "time")
    buckets.add(
        pyarrow.table(
            {
                "request_id": ["r3", "r2", "r1"],
                "time": [DAY + 1, 5, 5],
                "user_id": ["U1", "U2", "U3"],
                "impressions": ["N2-1 N1-0 N2-0", "N1-1", "N2-0 N1-0"],
                "split": pyarrow.array([0, 0, 0], pyarrow.int8()),
                "line": [1, 2, 3],
            }
        )
    )
    told: list[int] = []
    news = NewsIds(pyarrow.array(["N1", "N2"]), [])
    assert write_impressions(tmp_path, buckets, news, told.append, lines_at_once) == (5, 1)
    assert sum(told) == 3
    rows = read_folder(tmp_path, "impressions")
    assert rows.schema.equals(SCHEMA)
    assert [(row["request_id"], row["user_id"], row["content_id"], row["clicked"]) for row in rows.to_pylist()] == [
        ("r1", "U3", "N1", 0),
        ("r1", "U3", "N2", 0),
        ("r2", "U2", "N1", 1),
        ("r3", "U1", "N1", 0),
        ("r3", "U1", "N2", 1),
    ]
    assert [path.parent.name for path in files(tmp_path, "impressions")] == ["day=1970-01-01", "day=1970-01-02"]
