"""Bad logs are refused with the file, the value and the remedy, and nothing is written."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas
import pytest

from components.validate_logs.__main__ import main
from schemas.errors import ContractError
from schemas.instants import DAY
from tests.components.validate_logs.validating import END, file_bytes, validated
from tests.log_folders import START, shop_tables, write_log_file, write_log_folder


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    return write_log_folder(tmp_path / "logs", shop_tables())


def refusal(logs: Path, *, start: int = START, end: int = END) -> str:
    """The message of the refusal; fails where there is none or something was written."""
    before = file_bytes(logs.parent)
    with pytest.raises(ContractError) as caught:
        validated(logs, logs.parent / "out", start, end)
    assert file_bytes(logs.parent) == before
    assert sorted(path.name for path in logs.parent.iterdir()) == ["logs"] if logs.exists() else True
    return str(caught.value)


def rewrite(
    logs: Path,
    table: str,
    day: str | None,
    change: Callable[[pandas.DataFrame], pandas.DataFrame],
    as_declared: bool = True,
) -> Path:
    """Changes one file of a log folder."""
    path = logs / table / (f"day={day}" if day else "") / "part-0.parquet"
    write_log_file(path, table, change(pandas.read_parquet(path, partitioning=None)), as_declared)
    return path


@pytest.mark.parametrize("table", ["articles", "contents", "impressions", "orders"])
def test_a_missing_table(logs: Path, table: str) -> None:
    for path in sorted((logs / table).rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    (logs / table).rmdir()
    message = refusal(logs)
    assert f"{logs / table}: the table '{table}' is missing" in message
    assert f"schemas/logs/{table}.yaml" in message


def test_a_missing_folder(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs").rmdir()
    assert "no such log folder" in refusal(tmp_path / "logs")


def test_a_missing_column(logs: Path) -> None:
    path = rewrite(logs, "impressions", "2026-03-04", lambda frame: frame.drop(columns=["clicked", "user_id"]))
    message = refusal(logs)
    assert str(path) in message
    assert "'clicked' (int8) is missing" in message
    assert "'user_id' (string) is missing" in message
    assert "request_id, timestamp" in message  # what is there


@pytest.mark.parametrize(
    ("table", "day", "column", "values", "words"),
    [
        ("impressions", "2026-03-03", "clicked", "yes", "'clicked' holds text, the contract wants int8"),
        ("impressions", "2026-03-03", "timestamp", 17, "'timestamp' holds integer, the contract wants timestamp"),
        ("impressions", "2026-03-03", "clicked", 0.5, "'clicked' holds number, the contract wants int8"),
        ("orders", "2026-03-08", "user_id", 5, "'user_id' holds integer, the contract wants string"),
        ("contents", None, "article_ids", "article01", "'article_ids' holds text, the contract wants list<string>"),
    ],
)
def test_a_wrong_type(logs: Path, table: str, day: str | None, column: str, values: Any, words: str) -> None:
    path = rewrite(logs, table, day, lambda frame: frame.assign(**{column: values}), as_declared=False)
    message = refusal(logs)
    assert str(path) in message
    assert words in message


def test_a_truncated_parquet_file(logs: Path) -> None:
    path = logs / "impressions" / "day=2026-03-05" / "part-0.parquet"
    path.write_bytes(path.read_bytes()[:-100])
    message = refusal(logs)
    assert f"{path}: cannot be read" in message
    assert "write or copy it again" in message


def test_a_parquet_file_with_damaged_pages_is_named_although_its_footer_is_whole(logs: Path) -> None:
    path = logs / "impressions" / "day=2026-03-05" / "part-0.parquet"
    content = bytearray(path.read_bytes())
    content[4:600] = bytes(596)
    path.write_bytes(content)
    assert f"{path}: cannot be read" in refusal(logs)


def test_a_day_without_a_partition(logs: Path) -> None:
    folder = logs / "impressions" / "day=2026-03-06"
    (folder / "part-0.parquet").unlink()
    folder.rmdir()
    message = refusal(logs)
    assert f"{folder}: no rows of 'impressions' on 1 of the 8 days" in message
    assert "2026-03-02 to 2026-03-09" in message  # the days that are there


def test_a_day_whose_partition_is_empty(logs: Path) -> None:
    rewrite(logs, "impressions", "2026-03-06", lambda frame: frame[:0])
    assert "no rows of 'impressions' on 1 of the 8 days" in refusal(logs)


def test_an_as_of_without_seven_days_of_logs(logs: Path) -> None:
    message = refusal(logs, start=START - 3 * DAY, end=START + 4 * DAY)
    assert "on 3 of the 7 days" in message
    assert "2026-02-27, 2026-02-28, 2026-03-01" in message
    assert "choose an as_of whose window is covered" in message


def test_a_last_day_that_the_window_only_touches_needs_rows_too(logs: Path) -> None:
    assert "2026-03-10" in refusal(logs, end=END + 1)


def test_too_many_impressions_on_unknown_content(logs: Path) -> None:
    path = rewrite(
        logs, "impressions", "2026-03-04", lambda frame: frame.assign(content_id="lost" + frame["content_id"])
    )
    message = refusal(logs)
    assert f"{logs / 'impressions'}: 60 of 480 rows (12.5%) break the contract, at most 1.0% may" in message
    assert "'content_id: unknown in contents.content_id' (60 rows)" in message
    assert len(re.findall(rf"content_id lostcontent\d\d in {re.escape(str(path))}", message)) == 3
    assert "maximum_share" in message


def test_rows_in_the_folder_of_another_day(logs: Path) -> None:
    strayed = shop_tables()["impressions"][180:240]
    path = logs / "impressions" / "day=2026-03-04" / "part-1.parquet"
    write_log_file(path, "impressions", strayed.assign(request_id="again" + strayed["request_id"]))
    message = refusal(logs)
    assert "'timestamp: outside the day of its partition' (60 rows)" in message
    assert "2026-03-05" in message  # the rows' own day
    assert str(path) in message


def test_an_empty_table_without_partitions(logs: Path) -> None:
    rewrite(logs, "articles", None, lambda frame: frame[:0])
    assert f"{logs / 'articles'}: the table 'articles' has no row" in refusal(logs)


def test_things_in_a_table_that_are_no_log_files(logs: Path) -> None:
    (logs / "contents" / "contents.csv").write_text("content_id")
    assert "contents.csv: not a log file" in refusal(logs)
    (logs / "contents" / "contents.csv").unlink()
    (logs / "impressions" / "day=2026-13-01").mkdir()
    message = refusal(logs)
    assert "'day=2026-13-01' is not a partition such as day=2026-03-09" in message


def test_an_empty_window(logs: Path) -> None:
    assert "the end must be later" in refusal(logs, start=END, end=START)


def test_an_old_artifact_survives_a_refusal(logs: Path) -> None:
    output = logs.parent / "out"
    validated(logs, output)
    before = file_bytes(output)
    rewrite(logs, "impressions", "2026-03-04", lambda frame: frame.drop(columns="clicked"))
    with pytest.raises(ContractError):
        validated(logs, output)
    assert file_bytes(output) == before


def test_the_command_line_prints_the_reason_and_exits_with_2(
    logs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    values = ["--logs", str(logs), "--output", str(logs.parent / "out"), "--start", "2026-03-01", "--end", "2026-03-08"]
    monkeypatch.setattr("sys.argv", ["validate_logs", *values])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 2
    assert "refused: " in capsys.readouterr().err


def test_an_unknown_key_in_the_configuration(
    logs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config = logs.parent / "run.yaml"
    config.write_text("validation: {memory: 4GB}\n")
    values = ["--logs", str(logs), "--output", str(logs.parent / "out"), "--start", "2026-03-02", "--end", "2026-03-10"]
    monkeypatch.setattr("sys.argv", ["validate_logs", *values, "--config", str(config)])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 2
    message = capsys.readouterr().err
    assert "unknown key 'memory' (value '4GB')" in message
    assert "memory_limit" in message
    assert not (logs.parent / "out").exists()
