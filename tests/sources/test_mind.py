"""MIND as logs: what validate_logs accepts, equal to a parse line by line, the same bytes, refusals, no future."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import hypothesis
import hypothesis.strategies as strategies
import numpy
import pyarrow.parquet
import pytest

import sources.mind_layout.impressions
import sources.mind_layout.tab_separated
from schemas.errors import ContractError
from schemas.instants import DAY, parse_instant
from sources.mind import convert_mind, main
from tests.components.validate_logs.validating import file_bytes, validated
from tests.sources.contract_checks import assert_follows_contract, files, read_folder
from tests.sources.official_mind import (
    MIDNIGHT,
    Folder,
    Item,
    Line,
    Official,
    Row,
    naive_histories,
    naive_rows,
    official_time,
    tiny_folder,
    write_folder,
)


def _convert(folder: Path, official: Folder, logs: str = "logs") -> Path:
    convert_mind(official=write_folder(folder / "official", official), output=folder / logs)
    return folder / logs


def _rows(logs: Path) -> list[Row]:
    columns = read_folder(logs, "impressions").to_pydict()
    names = ("request_id", "timestamp", "user_id", "content_id", "clicked")
    return sorted(zip(*(columns[name] for name in names), strict=True))


def _vectors(logs: Path) -> dict[str, numpy.typing.NDArray[numpy.float32]]:
    articles = read_folder(logs, "articles").to_pydict()
    return dict(zip(articles["article_id"], numpy.array(articles["embedding"], numpy.float32), strict=True))


def test_validate_logs_accepts_every_row(tmp_path: Path) -> None:
    logs = _convert(tmp_path, tiny_folder())
    assert_follows_contract(logs, optional_tables=set())
    start = parse_instant(MIDNIGHT)
    report = validated(logs, tmp_path / "validated", start, start + 2 * DAY)
    for table, count in {"impressions": 12, "orders": 4, "contents": 5, "articles": 5}.items():
        assert report.counts[f"{table}_accepted"] == count, table
        assert report.counts[f"{table}_quarantined"] == 0, table


def test_logs_without_any_history_are_accepted(tmp_path: Path) -> None:
    official = tiny_folder()
    for split in official.values():
        for line in split.behaviors:
            line.history = ""
    logs = _convert(tmp_path, official)
    assert not any(vector.any() for vector in _vectors(logs).values())
    start = parse_instant(MIDNIGHT)
    report = validated(logs, tmp_path / "validated", start, start + 2 * DAY)
    assert report.counts["impressions_accepted"] == 12
    assert report.counts["orders_accepted"] == 0


NEWS = [f"N{number}" for number in range(12)]
IDS = strategies.sampled_from(NEWS)
TIMES = strategies.integers(0, 2 * 86_400 - 1).map(
    lambda second: official_time(MIDNIGHT + datetime.timedelta(seconds=second))
)
HISTORIES = strategies.lists(IDS, max_size=6).map(" ".join)
IMPRESSIONS = strategies.lists(strategies.tuples(IDS, strategies.sampled_from("01")).map("-".join), min_size=1).map(
    " ".join
)
USERS = strategies.sampled_from(["U1", "U2", "U33"])
LINES = strategies.lists(strategies.tuples(USERS, TIMES, HISTORIES, IMPRESSIONS), min_size=1, max_size=8)


def _official(rows: list[tuple[str, str, str, str]]) -> Official:
    news = [Item(name, "news", "", f"title {name}", "") for name in NEWS]
    return Official([Line(str(number), *row) for number, row in enumerate(rows, 1)], news)


@hypothesis.settings(max_examples=40, suppress_health_check=[hypothesis.HealthCheck.too_slow])
@hypothesis.given(train=LINES, dev=LINES)
def test_rows_equal_a_parse_line_by_line(
    tmp_path_factory: pytest.TempPathFactory,
    train: list[tuple[str, str, str, str]],
    dev: list[tuple[str, str, str, str]],
) -> None:
    """Repeated items, changed histories and equal times included; every user's orders keep the history's order."""
    official = {"train": _official(train), "dev": _official(dev)}
    logs = _convert(tmp_path_factory.mktemp("mind"), official)
    expected = naive_rows(official)
    assert _rows(logs) == expected
    first = min(row[1] for row in expected)
    histories: dict[str, list[tuple[datetime.datetime, str]]] = {}
    orders = read_folder(logs, "orders").to_pylist() if list((logs / "orders").iterdir()) else []
    for order in orders:
        histories.setdefault(order["user_id"], []).append((order["timestamp"], order["article_id"]))
        assert first - datetime.timedelta(days=28) < order["timestamp"] < first
    for user, history in naive_histories(official).items():
        assert [article for _, article in sorted(histories.get(user, []))] == history
        assert len({time for time, _ in histories.get(user, [])}) == len(history)


def test_rows_stand_in_order_of_time_request_and_content(tmp_path: Path) -> None:
    logs = _convert(tmp_path, tiny_folder())
    assert [path.parent.name for path in files(logs, "impressions")] == ["day=2019-11-14", "day=2019-11-15"]
    rows = read_folder(logs, "impressions").to_pandas()
    keys = ["timestamp", "request_id", "content_id"]
    assert rows[keys].equals(rows[keys].sort_values(keys))


def test_same_bytes_for_the_same_input_and_rows_for_any_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = (_convert(tmp_path / name, tiny_folder()) for name in ("first", "second"))
    assert file_bytes(first) == file_bytes(second)
    # Five bytes are less than a line.
    monkeypatch.setattr(sources.mind_layout.tab_separated.read_lines, "__defaults__", (5,))
    monkeypatch.setattr(sources.mind_layout.impressions.write_impressions, "__defaults__", (1,))
    third = _convert(tmp_path / "third", tiny_folder())
    for table in ("impressions", "orders", "contents", "articles"):
        assert read_folder(third, table).equals(read_folder(first, table)), table


def test_logs_are_replaced_and_other_folders_are_not(tmp_path: Path) -> None:
    logs = _convert(tmp_path, tiny_folder())
    before = file_bytes(logs)
    (logs / "impressions" / "day=2019-11-13").mkdir()
    assert main(["--input", str(tmp_path / "official"), "--output", str(logs)]) == 0
    assert file_bytes(logs) == before
    assert not (logs / "impressions" / "day=2019-11-13").exists()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter").touch()
    with pytest.raises(ContractError, match="is no log folder"):
        convert_mind(official=tmp_path / "official", output=tmp_path / "mine")


def test_what_the_logs_do_not_hold_is_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A test split's impressions, a repeated item (clicked once is clicked), and histories that change."""
    official = tiny_folder()
    official["train"].behaviors[0].impressions = "N10-0 N4-1 N10-1 N10-0"
    official["train"].behaviors[0].history = "N2 N3 N2 N10"
    official["MINDlarge_test"] = Official([Line(str(number), "U1", "", "", "N2 N3") for number in range(7)], [])
    write_folder(tmp_path / "official", official)
    assert main(["--input", str(tmp_path / "official"), "--output", str(tmp_path / "logs")]) == 0
    told = capsys.readouterr().out
    assert "repeated in an impression 2, users with several histories 1, test impressions left out 7" in told
    del official["MINDlarge_test"]
    assert _rows(tmp_path / "logs") == naive_rows(official)
    # The line with the longer history is the later one.
    assert (
        "N10"
        not in read_folder(tmp_path / "logs", "orders")
        .filter(pyarrow.compute.field("user_id") == "U1")["article_id"]
        .to_pylist()
    )


def test_vectors_are_fitted_on_what_was_clicked_before(tmp_path: Path) -> None:
    """Other words in news that nobody knew, other slates and clicks: the vectors of known news stay the same."""
    before = _vectors(_convert(tmp_path / "before", tiny_folder()))
    official = tiny_folder()
    official["dev"].news[2].abstract = "football football parliament resigns"
    official["train"].news[3].title = "Minister tonight politics"
    official["train"].behaviors[0].impressions = "N4-0 N10-1"
    after = _vectors(_convert(tmp_path / "after", official))
    for news in ("N10", "N2", "N3"):
        numpy.testing.assert_array_equal(before[news], after[news])
    assert not numpy.array_equal(before["N5"], after["N5"])
    assert before["N2"] @ before["N3"] > 0.3 > before["N2"] @ before["N10"]


def _line(**values: str) -> Callable[[Folder], None]:
    def change(official: Folder) -> None:
        for name, value in values.items():
            setattr(official["train"].behaviors[2], name, value)

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_line(time="2/30/2019 9:05:58 AM"), r"behaviors.tsv, line 3: time is '2/30/2019 9:05:58 AM'; .* like '11/15"),
        (_line(time="2019-11-14 09:05:58"), r"line 3: time is '2019-11-14 09:05:58'; it must be like"),
        (_line(time="11/14/19 9:05:58 AM"), r"line 3: time is '11/14/19 9:05:58 AM'"),
        (_line(time=""), r"line 3: time is ''"),
        (_line(user=""), r"line 3: user id is ''; it must not be empty"),
        (_line(impression=""), r"line 3: impression id is ''"),
        (_line(impressions=" "), r"line 3: impressions is ' '"),
        (_line(impressions="N3-1 N10-2"), r"line 3: an impression is 'N10-2'; each must be a news id with its label"),
        (_line(impressions="N3 N10"), r"line 3: an impression is 'N3'; .* a test split has no labels"),
        (_line(impressions="N3-1  N10-1"), r"line 3: an impression is ''"),
        (_line(impressions="N3-1 N99-0"), r"line 3: a news id of an impression is 'N99'; no news.tsv has it"),
        (_line(user="U4", history="N2 N98"), r"line 3: a news id of a history is 'N98'; no news.tsv has it"),
        (_line(history="N2\tN3"), r"line 3: text is '3\\tU1.*'; has 6 columns instead of 5 \(impression id, user id"),
    ],
)
def test_a_malformed_line_is_named_and_nothing_is_written(
    tmp_path: Path, change: Callable[[Folder], None], message: str
) -> None:
    official = tiny_folder()
    change(official)
    with pytest.raises(ContractError, match=message.replace("\\\\t", "\t")):
        _convert(tmp_path, official)
    assert [path.name for path in tmp_path.iterdir()] == ["official"]


def test_a_refusal_leaves_the_former_logs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    logs = _convert(tmp_path, tiny_folder())
    before = file_bytes(logs)
    (tmp_path / "official" / "dev" / "news.tsv").unlink()
    assert main(["--input", str(tmp_path / "official"), "--output", str(logs)]) == 2
    assert "dev/news.tsv: not found; give --input a folder that holds train/ and dev/" in capsys.readouterr().err
    assert file_bytes(logs) == before
