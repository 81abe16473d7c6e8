"""The validated logs: complete, typed, sorted, within the window, and the same bytes every time."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy
import pandas
import pyarrow.dataset
import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.artifact_meta import read_meta
from schemas.instants import DAY, HOUR, as_datetime, format_instant
from schemas.log_contract import CONTRACT_FOLDER, log_contract
from tests.components.validate_logs.hostile_logs import lenient_contract
from tests.components.validate_logs.validating import END, file_bytes, validated
from tests.log_folders import START, Tables, shop_tables, write_log_folder

SCHEMA = log_contract()["impressions"].arrow_schema


def read_table(folder: Path, table: str) -> Any:
    frames = [
        pyarrow.parquet.ParquetFile(path).read().to_pandas() for path in sorted((folder / table).rglob("*.parquet"))
    ]
    return pandas.concat(frames, ignore_index=True)


@pytest.fixture
def only_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaves out the report of the expectations, which takes longer than the rows of a small shop."""
    monkeypatch.setattr("components.validate_logs.step.report_validation", lambda **_: None)


@pytest.mark.usefixtures("only_rows")
@pytest.mark.parametrize("file_format", ["parquet", "ndjson", "ndjson.gz"])
def test_valid_rows_pass_unchanged_from_every_format(tmp_path: Path, file_format: str) -> None:
    tables = shop_tables()
    report = validated(write_log_folder(tmp_path / "logs", tables, file_format), tmp_path / "out")
    for name, table in log_contract().items():
        expected = tables.get(name, pandas.DataFrame(columns=list(table.columns)))
        accepted = read_table(tmp_path / "out", name)
        assert report.counts[f"{name}_read"] == report.counts[f"{name}_accepted"] == len(expected)
        assert report.counts[f"{name}_quarantined"] == 0
        key = [table.partitioned_by, *table.key] if table.partitioned_by else list(table.key)
        expected = expected.sort_values(key, ignore_index=True)
        for column in expected:
            for found, wanted in zip(accepted[column], expected[column], strict=True):
                if isinstance(wanted, list | numpy.ndarray):
                    assert list(found) == list(wanted)
                elif pandas.isna(wanted):
                    assert pandas.isna(found)
                elif column == "dwell_seconds":
                    assert found == numpy.float32(wanted)
                else:
                    assert found == wanted


def test_every_file_has_exactly_the_contract_schema_even_for_absent_tables_and_columns(tmp_path: Path) -> None:
    tables = shop_tables()
    del tables["follows"]
    tables["impressions"] = tables["impressions"].drop(columns=["slot", "device", "dwell_seconds"])
    validated(write_log_folder(tmp_path / "logs", tables), tmp_path / "out")
    for name, table in log_contract().items():
        paths = list((tmp_path / "out" / name).rglob("*.parquet"))
        assert paths, name
        for path in paths:
            assert pyarrow.parquet.read_schema(path).equals(table.arrow_schema), path
    assert len(read_table(tmp_path / "out", "follows")) == 0
    assert read_table(tmp_path / "out", "impressions")["slot"].isna().all()


@pytest.mark.usefixtures("only_rows")
def test_a_window_cuts_its_first_and_last_partition_and_orders_reach_back(tmp_path: Path) -> None:
    tables = shop_tables()
    start, end = START + 7 * HOUR, START + 7 * DAY + 7 * HOUR
    report = validated(write_log_folder(tmp_path / "logs", tables), tmp_path / "out", start, end)
    first, last = as_datetime(start), as_datetime(end)
    for name in ("impressions", "orders", "follows"):
        time = tables[name]["timestamp"]
        inside = (time < last) & ((time >= first) | (name != "impressions"))
        assert 0 < inside.sum() < len(time), name
        found = read_table(tmp_path / "out", name)["timestamp"]
        assert sorted(found) == sorted(time[inside])
        assert report.counts[f"{name}_read"] == inside.sum()
    meta = read_meta(tmp_path / "out", "validated_logs")
    assert meta.as_of == format_instant(end)
    assert meta.details["window_start"] == format_instant(start)
    latest = max(read_table(tmp_path / "out", name)["timestamp"].max() for name in ("impressions", "orders", "follows"))
    assert meta.largest_event_time is not None
    assert pandas.Timestamp(meta.largest_event_time) == latest


@pytest.mark.usefixtures("only_rows")
def test_impressions_of_other_days_are_not_even_opened(tmp_path: Path) -> None:
    logs = write_log_folder(tmp_path / "logs", shop_tables())
    broken = logs / "impressions" / "day=2026-03-09" / "part-0.parquet"
    broken.write_bytes(b"not parquet")
    report = validated(logs, tmp_path / "out", START, START + 7 * DAY)
    assert report.counts["impressions_accepted"] == 7 * 15 * 4


@pytest.mark.usefixtures("only_rows")
def test_rows_are_sorted_by_time_and_key_within_one_file_a_day(tmp_path: Path) -> None:
    tables = shop_tables()
    tables["impressions"] = tables["impressions"].sample(frac=1, random_state=1)
    validated(write_log_folder(tmp_path / "logs", tables), tmp_path / "out")
    for day in sorted((tmp_path / "out" / "impressions").iterdir()):
        assert [path.name for path in day.iterdir()] == ["part-0.parquet"]
        frame = pyarrow.parquet.ParquetFile(day / "part-0.parquet").read().to_pandas()
        assert (frame["timestamp"].dt.strftime("day=%Y-%m-%d") == day.name).all()
        ordered = frame.sort_values(["timestamp", "request_id", "content_id"], ignore_index=True)
        pandas.testing.assert_frame_equal(frame, ordered)


def test_same_logs_same_bytes_wherever_they_lie_and_however_rows_are_ordered(tmp_path: Path) -> None:
    tables = shop_tables(days=2)
    tables["impressions"].loc[3, "clicked"] = 7
    first = write_log_folder(tmp_path / "first", tables)
    validated(first, tmp_path / "first_out", end=START + 2 * DAY)
    second = write_log_folder(tmp_path / "elsewhere" / "second [1]", tables)
    validated(second, tmp_path / "second_out", end=START + 2 * DAY)
    assert file_bytes(tmp_path / "first_out") == file_bytes(tmp_path / "second_out")

    shuffled = write_log_folder(
        tmp_path / "shuffled", {name: frame.sample(frac=1, random_state=2) for name, frame in tables.items()}
    )
    validated(shuffled, tmp_path / "shuffled_out", end=START + 2 * DAY)
    one, other = file_bytes(tmp_path / "first_out"), file_bytes(tmp_path / "shuffled_out")
    assert {name for name in one if one[name] != other[name]} == {"meta.json"}  # the fingerprint of the input


def damage(tables: Tables, rows: list[int], faults: list[int]) -> set[int]:
    """Breaks single impressions; returns the rows that are bad by themselves."""
    frame = tables["impressions"]
    for row, fault in zip(rows, faults, strict=True):
        if fault == 0:
            frame.loc[row, "clicked"] = 2
        elif fault == 1:
            frame.loc[row, "content_id"] = "no such content"
        elif fault == 2:
            frame.loc[row, ["clicked", "dwell_seconds"]] = [0, 5.0]
        elif fault == 3:
            frame.loc[row, "user_id"] = None
        else:
            frame.loc[row, "slot"] = 5000
    return set(rows)


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_accepted_and_quarantined_add_up_to_the_rows_read(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    tables = shop_tables(requests_a_day=5, days=2)
    rows = data.draw(st.lists(st.integers(0, 39), unique=True, max_size=12))
    faults = data.draw(st.lists(st.integers(0, 4), min_size=len(rows), max_size=len(rows)))
    bad = damage(tables, rows, faults)
    duplicates = data.draw(st.lists(st.integers(0, 39), max_size=4))
    tables["impressions"] = pandas.concat([tables["impressions"], tables["impressions"].loc[duplicates]])
    folder = tmp_path_factory.mktemp("quarantine")
    logs = write_log_folder(folder / "logs", tables)
    report = validated(logs, folder / "out", START, START + 2 * DAY, lenient_contract())

    accepted = read_table(folder / "out", "impressions")
    quarantine = pandas.read_parquet(folder / "out" / "quarantine" / "impressions.parquet")
    copies_of_bad = sum(row in bad for row in duplicates)
    copies_of_good = len(duplicates) - copies_of_bad
    assert len(accepted) == 40 - len(bad)
    assert len(quarantine) == len(bad) + len(duplicates)
    assert quarantine["reason"].str.contains("duplicate").sum() == copies_of_good
    result = json.loads((folder / "out" / "validation.json").read_text())
    impressions = next(table for table in result["tables"] if table["name"] == "impressions")
    for day in impressions["days"]:
        assert day["rows_read"] == day["rows_accepted"] + day["rows_quarantined"]
        assert day["rows_quarantined"] == (quarantine["partition_day"] == day["day"]).sum()
        assert day["rows_read"] == len(pandas.read_parquet(logs / "impressions" / f"day={day['day']}"))
    assert report.counts["impressions_read"] == 40 + len(duplicates)
    assert report.counts["impressions_quarantined"] == len(quarantine)


@pytest.mark.usefixtures("only_rows")
def test_quarantine_keeps_the_source_values_the_reasons_and_the_file(tmp_path: Path) -> None:
    tables = shop_tables()
    tables["impressions"]["clicked"] = tables["impressions"]["clicked"].astype("int64")
    tables["impressions"].loc[0, ["clicked", "slot"]] = [300, -4]
    validated(write_log_folder(tmp_path / "logs", tables, as_declared=False), tmp_path / "out")
    (row,) = pandas.read_parquet(tmp_path / "out" / "quarantine" / "impressions.parquet").to_dict("records")
    assert row["clicked"] == "300"
    assert row["slot"] == "-4"
    assert row["request_id"] == "request0000"
    assert row["file"] == "impressions/day=2026-03-02/part-0.parquet"
    assert row["partition_day"] == "2026-03-02"
    assert row["reason"].split("; ") == ["slot: outside 0..999", "clicked: does not fit int8"]


def test_the_results_are_readable_and_name_what_happened(tmp_path: Path) -> None:
    tables = shop_tables()
    tables["impressions"].loc[0, "content_id"] = "vanished"
    tables["contents"]["campaign"] = "spring"
    validated(write_log_folder(tmp_path / "logs", tables), tmp_path / "out", START, END)
    result = json.loads((tmp_path / "out" / "validation.json").read_text())
    assert result["success"] is True
    assert result["window"] == {"start": "2026-03-02T00:00:00Z", "end": "2026-03-10T00:00:00Z"}
    by_name = {table["name"]: table for table in result["tables"]}
    assert by_name["impressions"]["reasons"] == {"content_id: unknown in contents.content_id": 1}
    assert by_name["contents"]["undeclared"] == ["campaign"]
    checked = {(item["table"], item["arguments"].get("column")) for item in result["expectations"]}
    assert {("impressions", "clicked: values beside 0, 1"), ("articles", "embedding: shortest list")} <= checked
    assert all(item["success"] for item in result["expectations"])
    page = (tmp_path / "out" / "validation.html").read_text()
    assert "content_id: unknown in contents.content_id" in page
    assert "campaign" in page
    assert "http" not in page  # nothing is fetched from a network


@pytest.mark.usefixtures("only_rows")
def test_files_of_accepted_rows_in_order_of_time_are_handed_on_as_they_are(tmp_path: Path) -> None:
    tables = shop_tables()
    tables["impressions"] = tables["impressions"].sort_values("timestamp", ignore_index=True)
    tables["impressions"].loc[0, "clicked"] = 7
    logs = write_log_folder(tmp_path / "logs", tables)
    # Compressed in another way than this step writes: a file written anew would have other bytes.
    for path in logs.glob("impressions/*/*.parquet"):
        pyarrow.parquet.write_table(
            pyarrow.parquet.read_table(path, partitioning=None).cast(SCHEMA), path, compression="zstd"
        )
    unsorted = logs / "impressions" / "day=2026-03-05" / "part-0.parquet"
    rows = pyarrow.parquet.read_table(unsorted, partitioning=None)
    pyarrow.parquet.write_table(rows.sort_by([("timestamp", "descending")]), unsorted, compression="zstd")
    validated(logs, tmp_path / "out")
    given, written = file_bytes(logs / "impressions"), file_bytes(tmp_path / "out" / "impressions")
    assert set(given) == set(written)
    rewritten = {name for name in given if given[name] != written[name]}
    assert rewritten == {"day=2026-03-02/part-0.parquet", "day=2026-03-05/part-0.parquet"}


def test_a_context_column_is_one_line_of_the_contract(tmp_path: Path) -> None:
    """Declared in impressions.yaml, a column is checked and handed on."""
    folder = tmp_path / "contract"
    shutil.copytree(str(CONTRACT_FOLDER), folder)
    text = (folder / "impressions.yaml").read_text()
    line = "  page: {type: string, optional: true, allowed: [home, search], role: context, description: The page.}\n"
    (folder / "impressions.yaml").write_text(text.replace("quarantine:", f"{line}quarantine:"))
    assert line in (folder / "impressions.yaml").read_text()
    tables = shop_tables()
    tables["impressions"]["page"] = "home"
    tables["impressions"].loc[7, "page"] = "nowhere"
    logs = write_log_folder(tmp_path / "logs", tables)
    validated(logs, tmp_path / "out", contract=log_contract(folder))
    assert set(read_table(tmp_path / "out", "impressions")["page"]) == {"home"}
    (row,) = pandas.read_parquet(tmp_path / "out" / "quarantine" / "impressions.parquet").to_dict("records")
    assert row["page"] == "nowhere"
    assert row["reason"] == "page: not one of 'home', 'search'"
