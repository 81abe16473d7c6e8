"""The step as a whole tells drift in its reports, and refuses a newest day that lies beyond a limit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy
import pytest

from components.validate_logs.drift.whole_days import whole_days
from components.validate_logs.log_window import LogWindow
from schemas.errors import ContractError
from schemas.instants import DAY, HOUR
from tests.components.validate_logs.validating import END, file_bytes, validated
from tests.log_folders import START, Tables, shop_tables, write_log_folder


def shop() -> tuple[Tables, Any]:
    """A shop with enough rows a day for drift to decide, and which impressions are of the newest day."""
    tables = shop_tables(requests_a_day=400, users=300, contents=60)
    return tables, tables["impressions"]["timestamp"].dt.strftime("%Y-%m-%d") == "2026-03-09"


def test_drift_data_docs_and_figures_stand_in_the_reports(tmp_path: Path) -> None:
    tables, newest = shop()
    tables["impressions"] = tables["impressions"][~newest | (numpy.arange(len(newest)) % 2 == 0)]
    logs = write_log_folder(tmp_path / "logs", tables)
    validated(logs, tmp_path / "out")
    drift = json.loads((tmp_path / "out" / "validation.json").read_text())["drift"]
    told = {(item["column"], item["measure"], item["level"]) for item in drift if item["day"] == "2026-03-09"}
    assert (None, "volume", "warn") in told
    assert ("device", "population_stability_index", "ok") in told
    assert ("contents.kind", "population_stability_index", "ok") in told
    assert {item["day"] for item in drift} == {f"2026-03-{day:02d}" for day in range(4, 10)}
    page = (tmp_path / "out" / "validation.html").read_text()
    assert "1 drift warning" in page
    assert 'href="data_docs/index.html"' in page
    assert (tmp_path / "out" / "data_docs" / "index.html").is_file()
    assert page.count("data:image/svg+xml") >= 10
    assert "http" not in page

    validated(logs, tmp_path / "again")
    assert file_bytes(tmp_path / "out") == file_bytes(tmp_path / "again")


def test_a_column_gone_null_is_refused_and_nothing_written(tmp_path: Path) -> None:
    tables, newest = shop()
    tables["impressions"]["device"] = tables["impressions"]["device"].where(~newest)
    logs = write_log_folder(tmp_path / "logs", tables)
    with pytest.raises(ContractError) as caught:
        validated(logs, tmp_path / "out")
    message = str(caught.value)
    for part in (f"{logs}/impressions/day=2026-03-09", "'device'", "null_share", "limit 0.3", "impressions.yaml"):
        assert part in message
    assert not (tmp_path / "out").exists()
    del tables["follows"]
    # The same day, cut by the window's end, is not compared; nor is a table that is not there.
    logs = write_log_folder(tmp_path / "without_follows", tables)
    validated(logs, tmp_path / "out", end=END - HOUR)


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        (START, START + 2 * DAY, ["2026-03-02", "2026-03-03"]),
        (START + 1, START + 2 * DAY, ["2026-03-03"]),
        (START, START + 2 * DAY - 1, ["2026-03-02"]),
        (START + HOUR, START + DAY, []),
    ],
)
def test_whole_days(start: int, end: int, days: list[str]) -> None:
    assert whole_days(LogWindow(start, end)) == days
