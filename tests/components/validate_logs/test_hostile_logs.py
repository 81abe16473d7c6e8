"""Hostile logs: every row is accounted for, with both engines, and what cannot be read is refused by name."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pandas
import pyarrow.parquet
import pytest

from components.validate_logs.settings import ValidationSettings
from components.validate_logs.step import validate_logs
from schemas.errors import ContractError
from schemas.log_contract import log_contract
from schemas.step_report import StepReport
from tests.components.validate_logs.hostile_logs import (
    DAYS,
    WINDOW_END,
    lenient_contract,
    rows_in_files,
    write_hostile_logs,
)
from tests.components.validate_logs.validating import file_bytes, validated
from tests.log_folders import START, shop_tables, write_log_folder

needs_java = pytest.mark.skipif(shutil.which("java") is None, reason="Java is missing: Spark cannot run")

EXPECTED_REASONS = {
    "articles": {
        "article_id: duplicate": 1,
        "embedding: not finite": 2,
        "embedding: not 128 elements": 2,
    },
    "contents": {
        "article_ids: does not fit list<string>": 1,
        "article_ids: unknown in articles.article_id": 1,
        "body_length: does not fit int32": 1,
        "brand_ids: does not fit list<string>": 1,
        "content_id: does not fit string": 1,
        "kind: not one of 'article', 'carousel', 'video'": 1,
        "premium: does not fit bool": 1,
        "published_at: does not fit timestamp": 1,
    },
    "impressions": {
        "clicked: does not fit int8": 3,
        "clicked: not one of 0, 1": 1,
        "clicked: null": 1,
        "content_id: null": 1,
        "content_id: unknown in contents.content_id": 1,
        "dwell_seconds: not finite": 1,
        "dwell_seconds: present where clicked is not 1": 1,
        "line: not a JSON object": 5,
        "request_id, content_id: duplicate": 3,
        "request_id: does not fit string": 2,
        "request_id: null": 1,
        "slot: does not fit int32": 1,
        "slot: repeated within one request_id": 1,
        "timestamp: does not fit timestamp": 1,
        "timestamp: null": 1,
        "timestamp: outside the day of its partition": 2,
        "user_id: null": 1,
    },
    "orders": {
        "article_id: unknown in articles.article_id": 1,
        "user_id, article_id, timestamp: duplicate": 1,
        "user_id: null": 1,
    },
}


def _validate(logs: Path, output: Path, engine: str = "duckdb") -> None:
    validate_logs(
        logs=logs,
        output=output,
        start=START,
        end=WINDOW_END,
        settings=ValidationSettings.model_validate({"engine": engine, "threads": 1, "memory_limit": "1GB"}),
        report=StepReport("validate_logs", 0.0),
        contract=lenient_contract(),
    )


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_hostile_logs(tmp_path_factory.mktemp("hostile") / "logs")


@pytest.fixture(scope="module")
def output(logs: Path) -> Path:
    _validate(logs, logs.parent / "duckdb")
    return logs.parent / "duckdb"


def test_accepted_and_quarantined_rows_are_all_rows_of_every_table_and_day(logs: Path, output: Path) -> None:
    results = json.loads((output / "validation.json").read_text())["tables"]
    assert {result["name"] for result in results} == set(log_contract())
    for result in results:
        in_files = rows_in_files(logs, result["name"])
        assert result["read"] + result["outside_window"] == sum(in_files.values())
        quarantine = pandas.read_parquet(output / "quarantine" / f"{result['name']}.parquet")
        quarantined = quarantine["partition_day"].fillna("").value_counts()
        for day in result["days"]:
            assert day["rows_accepted"] + day["rows_quarantined"] == day["rows_read"]
            assert day["rows_quarantined"] == quarantined.get(day["day"], 0)
            folder = output / result["name"] / (f"day={day['day']}" if day["day"] else "")
            written = sum(pyarrow.parquet.read_metadata(path).num_rows for path in folder.glob("*.parquet"))
            assert day["rows_accepted"] == written
            # Only the last day has rows after the window's end; they are the next run's and no fault.
            outside = result["outside_window"] if day["day"] == DAYS[-1] else 0
            assert day["rows_read"] == in_files.get(day["day"], 0) - outside
        assert sum(day["rows_read"] for day in result["days"]) == result["read"]


def test_every_kind_of_bad_row_is_named(output: Path) -> None:
    results = json.loads((output / "validation.json").read_text())["tables"]
    found = {result["name"]: result["reasons"] for result in results if result["reasons"]}
    assert found == EXPECTED_REASONS


def test_the_quarantine_shows_the_value_and_the_line_as_they_were(output: Path) -> None:
    rows = pandas.read_parquet(output / "quarantine" / "impressions.parquet").set_index("request_id")
    assert rows.loc["j1", "clicked"] == '"yes"'
    assert rows.loc["j3", "timestamp"] == '"yesterday"'
    assert rows.loc["r3", "clicked"] == "-1"
    assert rows.loc["j1", "file"] == f"impressions/day={DAYS[1]}/part-2.ndjson"
    lines = rows["unreadable_line"].dropna()
    assert '{"request_id": "cut in the mid' in set(lines)
    assert any("j\\xff8" in line for line in lines)  # a byte that is no UTF-8


def test_of_rows_in_two_files_and_days_the_earliest_stays(logs: Path, output: Path) -> None:
    row = pandas.read_parquet(logs / "impressions" / f"day={DAYS[0]}" / "part-0.parquet", partitioning=None).iloc[0]
    paths = sorted((output / "impressions").rglob("*.parquet"))
    accepted = pandas.concat([pandas.read_parquet(path, partitioning=None) for path in paths])
    same = accepted[(accepted["request_id"] == row["request_id"]) & (accepted["content_id"] == row["content_id"])]
    assert len(same) == 1
    assert same.iloc[0]["timestamp"] == row["timestamp"]
    assert same.iloc[0]["slot"] == row["slot"]


@pytest.mark.slow
@needs_java
def test_spark_gives_the_same_bytes(logs: Path, output: Path) -> None:
    _validate(logs, logs.parent / "spark", "pyspark")
    found, expected = file_bytes(logs.parent / "spark"), file_bytes(output)
    tables = {name for name in expected if name.endswith(".parquet")}
    assert {name for name in found if name.endswith(".parquet")} == tables
    assert {name for name in tables if found[name] != expected[name]} == set()
    assert found["meta.json"] == expected["meta.json"]


def test_a_truncated_gzip_file_is_refused_by_name(tmp_path: Path) -> None:
    logs = write_log_folder(tmp_path / "logs", shop_tables(), "ndjson.gz")
    path = logs / "impressions" / "day=2026-03-04" / "part-0.ndjson.gz"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(ContractError, match="write or copy it again") as caught:
        validated(logs, tmp_path / "out")
    assert f"{path}: cannot be read" in str(caught.value)
    assert sorted(tmp_path.iterdir()) == [logs]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ('{"content_id": 1, "kind": "video"}\n{"content_id": 2, "kind": "video"}', "'content_id' holds integer"),
        ('{"kind": "video"}', "'content_id' (string) is missing"),
        ("content_id,kind\nc,video", "no line is a JSON object"),
    ],
)
def test_json_of_which_no_line_can_be_right_is_refused(tmp_path: Path, lines: str, words: str) -> None:
    logs = write_log_folder(tmp_path / "logs", shop_tables())
    path = logs / "contents" / "part-1.ndjson"
    path.write_text(lines)
    with pytest.raises(ContractError) as caught:
        validated(logs, tmp_path / "out")
    assert str(path) in str(caught.value)
    assert words in str(caught.value)


def test_a_day_of_100_megabytes_of_json_stays_within_its_memory(tmp_path: Path) -> None:
    tables = shop_tables(days=1)
    logs = write_log_folder(tmp_path / "logs", {name: tables[name] for name in ("articles", "contents", "orders")})
    first = tables["impressions"].assign(request_id="#" + tables["impressions"]["request_id"])
    text = first.to_json(orient="records", lines=True, date_format="iso", date_unit="us")
    path, copies = logs / "impressions" / "day=2026-03-02" / "part-0.ndjson", 100_000_000 // len(text) + 1
    path.parent.mkdir(parents=True)
    with path.open("w") as file:
        for copy in range(copies):
            file.write(text.replace("#", f"{copy} "))
    assert path.stat().st_size >= 100_000_000
    command = [sys.executable, "-m", "tests.components.validate_logs.measured_day", str(logs)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    accepted, megabytes = map(int, run.stdout.split())
    assert accepted == copies * len(first)
    # Beyond what importing took: DuckDB's buffers, one block of lines, one row group, 8 bytes a row for the hashes.
    assert megabytes < 512
