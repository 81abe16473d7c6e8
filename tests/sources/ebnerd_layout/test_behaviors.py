"""Each article in view becomes one row with the right click, dwell, device and time."""

from __future__ import annotations

from pathlib import Path

import pyarrow
import pytest

from sources.ebnerd_layout.behaviors import Behaviors
from tests.sources.official_bundle import tiny_bundle, write_bundle


def test_rows_of_the_tiny_bundle(bundle: Path) -> None:
    """Dwell only where one click tells whose it is; times as UTC; no column beyond the contract."""
    rows = pyarrow.concat_tables(Behaviors(bundle).days()).to_pylist()
    found = [
        (row["request_id"], row["content_id"], row["clicked"], row["dwell_seconds"], row["device"]) for row in rows
    ]
    assert found == [
        ("12", "101", 1, None, "desktop"),
        ("12", "102", 1, None, "desktop"),
        ("12", "103", 0, None, "desktop"),
        ("13", "105", 1, None, "tablet"),
        ("13", "104", 0, None, "tablet"),
        ("11", "103", 1, 30.0, "mobile"),
        ("11", "101", 0, None, "mobile"),
        ("21", "101", 0, None, "unknown"),
        ("21", "105", 1, 7.5, "unknown"),
        ("22", "103", 1, None, "mobile"),
        ("22", "104", 0, None, "mobile"),
    ]
    assert [row["user_id"] for row in rows[:6]] == ["2", "2", "2", "1", "1", "1"]
    assert rows[0]["timestamp"].isoformat() == "2023-05-18T07:00:00+00:00"
    assert set(rows[0]) == {"request_id", "timestamp", "user_id", "content_id", "clicked", "dwell_seconds", "device"}


def test_days_are_utc_days_in_order(bundle: Path) -> None:
    days = [{time.date().isoformat() for time in day["timestamp"].to_pylist()} for day in Behaviors(bundle).days()]
    assert days == [{"2023-05-18"}, {"2023-05-19"}, {"2023-05-25"}]


@pytest.mark.parametrize(("clicked", "out_of_view"), [([103], 0), ([103, 103], 0), ([104], 1), ([103, 104, 105], 2)])
def test_clicks_out_of_view_are_counted(tmp_path: Path, clicked: list[int], out_of_view: int) -> None:
    columns = tiny_bundle()
    columns["train/behaviors.parquet"]["article_ids_clicked"][0] = clicked
    behaviors = Behaviors(write_bundle(tmp_path, columns))
    assert behaviors.clicks_out_of_view == 0
    list(behaviors.days())
    assert behaviors.clicks_out_of_view == out_of_view
