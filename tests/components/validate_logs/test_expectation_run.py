"""Great Expectations checks each day's counts and statistics with suites that the contract alone defines."""

from __future__ import annotations

from pathlib import Path

import pandas
import pytest

from components.validate_logs.daily_measures import measures_of
from components.validate_logs.data_docs import write_data_docs
from components.validate_logs.expectation_run import ExpectationRun
from components.validate_logs.expectation_suites import column_expectations, day_expectations, table_expectations
from components.validate_logs.log_window import LogWindow
from schemas.drift_limits import Volume
from schemas.errors import ContractError
from schemas.instants import DAY, HOUR
from schemas.log_contract import Table, log_contract
from tests.log_folders import START

WINDOW = LogWindow(START, START + DAY + HOUR)


def impressions(minimum_rows: int = 100) -> Table:
    return log_contract()["impressions"].model_copy(update={"volume": Volume(minimum_rows_per_day=minimum_rows)})


def good_day(table: Table, day: str = "2026-03-02", rows: int = 500) -> pandas.DataFrame:
    counts: dict[str, object] = {"day": day, "rows_read": rows, "rows_accepted": rows, "rows_quarantined": 0}
    bounds = {
        measure.name: measure.minimum if measure.maximum is None else measure.maximum for measure in measures_of(table)
    }
    return pandas.DataFrame([counts | bounds])


def failures(table: Table, data: pandas.DataFrame, whole: bool = True) -> list[tuple[str, str | None]]:
    run = ExpectationRun()
    run.validate(table.name, str(data["day"][0]), data, "suite", day_expectations(table, whole))
    return [(item.expectation, item.arguments.get("column")) for item in run.results if not item.success]


def test_every_measure_of_the_contract_is_expected_to_lie_within_its_bounds() -> None:
    table = impressions()
    assert failures(table, good_day(table)) == []
    measures = measures_of(table)
    assert len(measures) > 5
    run, data = ExpectationRun(), good_day(table)
    for measure in measures:
        data[measure.name] = [measure.maximum + 1 if measure.maximum is not None else (measure.minimum or 0) - 1]
    run.validate("impressions", "2026-03-02", data, "suite", day_expectations(table, whole=True))
    broken = {item.arguments["column"] for item in run.results if not item.success}
    assert broken == {measure.name for measure in measures}


def test_a_whole_day_needs_the_declared_rows_and_a_cut_one_needs_any() -> None:
    table = impressions(minimum_rows=1000)
    few = good_day(table, rows=999)
    assert failures(table, few) == [("expect_column_values_to_be_between", "rows_accepted")]
    assert failures(table, few, whole=False) == []
    assert failures(table, good_day(table, rows=0), whole=False) == [
        ("expect_column_values_to_be_between", "rows_accepted")
    ]
    assert failures(table, good_day(table, rows=1000)) == []


def test_days_and_quarantined_rows_are_expected_of_the_whole_table() -> None:
    table, run = impressions(), ExpectationRun()
    days = pandas.concat([good_day(table, "2026-03-02"), good_day(table, "2026-03-04")], ignore_index=True)
    days["rows_quarantined"] = [6, 5]
    run.validate("impressions", "all days", days, "table", table_expectations(table, WINDOW, rows_read=1000))
    broken = {item.arguments["column"]: item.observed for item in run.results if not item.success}
    assert broken["rows_quarantined"]["observed_value"] == 11
    assert broken["day"]["partial_missing_list"] == ["2026-03-03"]
    assert broken["day"]["partial_unexpected_list"] == ["2026-03-04"]


def test_written_columns_must_be_exactly_the_declared_ones() -> None:
    table = log_contract()["follows"]
    declared = [f"{name}: {column.type}" for name, column in table.columns.items()]
    for columns, holds in ((declared, True), (declared[:-1], False), ([*declared, "device: string"], False)):
        run = ExpectationRun()
        run.validate("follows", "columns", pandas.DataFrame({"column": columns}), "c", column_expectations(table))
        assert all(item.success for item in run.results) is holds


def test_a_refusal_names_the_day_the_expectation_what_was_found_and_the_remedy() -> None:
    table, run = impressions(minimum_rows=1000), ExpectationRun()
    run.validate("impressions", "2026-03-02", good_day(table, rows=12), "suite", day_expectations(table, whole=True))
    with pytest.raises(ContractError) as caught:
        run.refuse_failures(Path("logs"))
    message = str(caught.value)
    for part in ("logs/impressions/day=2026-03-02", "rows_accepted", "1000", "12", "schemas/logs/impressions.yaml"):
        assert part in message


def test_data_docs_need_no_network_and_are_the_same_bytes_every_time(tmp_path: Path) -> None:
    table = impressions()
    for name in ("one", "other"):
        run = ExpectationRun()
        for day, rows in (("2026-03-02", 500), ("2026-03-03", 12)):
            data = good_day(table, day, rows)
            run.validate("impressions", day, data, "impressions_day", day_expectations(table, whole=True))
        write_data_docs(tmp_path / name, run, WINDOW)
    files = sorted(path.relative_to(tmp_path / "one").as_posix() for path in (tmp_path / "one").rglob("*.*"))
    assert files == [
        "expectations/impressions_day.html",
        "index.html",
        "style.css",
        "validations/impressions_day/impressions/2026-03-02/index.html",
        "validations/impressions_day/impressions/2026-03-03/index.html",
    ]
    for file in files:
        text = (tmp_path / "one" / file).read_text()
        assert text == (tmp_path / "other" / file).read_text()
        assert "http" not in text
        assert "<script" not in text
    index = (tmp_path / "one" / "index.html").read_text()
    assert 'href="validations/impressions_day/impressions/2026-03-03/index.html"' in index
    good, bad = ((tmp_path / "one" / file).read_text() for file in files[-2:])
    assert "Succeeded" in good
    assert "Failed" in bad
    assert "<td>12</td>" in bad
