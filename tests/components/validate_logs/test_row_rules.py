"""Each rule of the log contract takes exactly the rows that break it, with the words that the quarantine shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy
import pandas
import pytest

from components.engine.engine import open_engine
from components.validate_logs.log_window import LogWindow
from components.validate_logs.row_rules import row_rules
from components.validate_logs.settings import ValidationSettings
from components.validate_logs.table_rules import reference_rules, repetition_rules
from schemas.log_contract import log_contract
from tests.components.validate_logs.validating import END, check_tables
from tests.log_folders import START, Tables, shop_tables, write_log_file, write_log_folder


def reasons(folder: Path, tables: Tables, file_format: str = "parquet") -> dict[str, list[tuple[Any, ...]]]:
    """The bad rows of each table: the values of its key, then the reason."""
    logs = write_log_folder(folder / "logs", tables, file_format, as_declared=False)
    found: dict[str, list[tuple[Any, ...]]] = {}
    with open_engine(ValidationSettings(threads=1)) as engine:
        checked = check_tables(engine, logs, LogWindow(START, END), ValidationSettings(threads=1))
        for name, rows in checked.items():
            columns = [*log_contract()[name].key, "reason"]
            bad = rows.quarantined.order_by(columns).select(columns).execute()
            assert int(rows.counts["rows_quarantined"].sum()) == len(bad)
            if len(bad):
                found[name] = [tuple(values) for values in bad.itertuples(index=False)]
    return found


def test_a_valid_shop_has_no_bad_row(tmp_path: Path) -> None:
    assert reasons(tmp_path, shop_tables()) == {}


BAD_VALUES: list[tuple[str, Any, str]] = [
    ("user_id", None, "user_id: null"),
    ("request_id", "", "request_id: empty"),
    ("slot", 1000, "slot: outside 0..999"),
    ("slot", -1, "slot: outside 0..999"),
    ("clicked", 2, "clicked: not one of 0, 1"),
    ("clicked", 1000, "clicked: does not fit int8"),
    ("dwell_seconds", -0.5, "dwell_seconds: outside 0.."),
    ("dwell_seconds", numpy.inf, "dwell_seconds: not finite"),
    ("content_id", "gone", "content_id: unknown in contents.content_id"),
]


def test_bad_impressions(tmp_path: Path) -> None:
    tables = shop_tables()
    frame = tables["impressions"].astype({"clicked": "int64", "slot": "int64"})
    expected: list[tuple[Any, ...]] = []
    for row, (column, value, reason) in enumerate(BAD_VALUES, start=100):
        frame.loc[row, ["clicked", "dwell_seconds"]] = [1, None if column == "clicked" else 3.0]
        frame.loc[row, column] = value
        expected.append((frame.loc[row, "request_id"], frame.loc[row, "content_id"], reason))
    found = reasons(tmp_path, {**tables, "impressions": frame})
    assert sorted(found.pop("impressions")) == sorted(expected)
    assert found == {}


def test_a_row_in_the_partition_of_another_day(tmp_path: Path) -> None:
    tables = shop_tables()
    strayed = tables["impressions"].loc[[100]]
    key = tuple(strayed[["request_id", "content_id"]].squeeze())
    day = strayed["timestamp"].iloc[0].strftime("%Y-%m-%d")
    wrong = strayed.assign(timestamp=pandas.Timestamp("2026-03-02T00:00:00Z"))
    assert day != "2026-03-02"
    write_log_file(tmp_path / "logs" / "impressions" / f"day={day}" / "part-1.parquet", "impressions", wrong)
    tables["impressions"] = tables["impressions"].drop(index=100)
    expected = [(*key, "timestamp: outside the day of its partition")]
    assert reasons(tmp_path, tables) == {"impressions": expected}


def test_dwell_without_a_click(tmp_path: Path) -> None:
    tables = shop_tables()
    tables["impressions"].loc[100, ["clicked", "dwell_seconds"]] = [0, 3.0]
    (row,) = reasons(tmp_path, tables)["impressions"]
    assert row[-1] == "dwell_seconds: present where clicked is not 1"


@pytest.mark.parametrize("file_format", ["parquet", "ndjson"])
def test_of_equal_keys_one_stays_and_it_is_always_the_same(tmp_path: Path, file_format: str) -> None:
    tables = shop_tables()
    first = tables["impressions"].loc[[8]].assign(clicked=0, dwell_seconds=None)
    tables["impressions"] = pandas.concat([tables["impressions"].drop(index=8), first, first, first.assign(slot=77)])
    key = tuple(first[["request_id", "content_id"]].squeeze())
    assert reasons(tmp_path, tables, file_format)["impressions"] == 2 * [(*key, "request_id, content_id: duplicate")]


def test_a_bad_row_does_not_make_a_good_one_its_duplicate(tmp_path: Path) -> None:
    tables = shop_tables()
    bad = tables["impressions"].loc[[8]].assign(clicked=5, dwell_seconds=None)
    tables["impressions"] = pandas.concat([bad, tables["impressions"]])
    assert [row[-1] for row in reasons(tmp_path, tables)["impressions"]] == ["clicked: not one of 0, 1"]


def test_two_contents_in_one_slot_of_a_request(tmp_path: Path) -> None:
    tables = shop_tables()
    frame = tables["impressions"]
    frame.loc[9, "slot"] = frame.loc[8, "slot"]
    assert frame.loc[8, "request_id"] == frame.loc[9, "request_id"]
    (row,) = reasons(tmp_path, tables)["impressions"]
    assert row[-1] == "slot: repeated within one request_id"


def test_absent_slots_are_not_repeated_slots(tmp_path: Path) -> None:
    tables = shop_tables()
    tables["impressions"]["slot"] = None
    assert reasons(tmp_path, tables) == {}


def test_bad_lists_and_references_of_contents_and_articles(tmp_path: Path) -> None:
    tables = shop_tables()
    articles, contents = tables["articles"], tables["contents"]
    articles.at[0, "embedding"] = numpy.zeros(127, numpy.float32)
    articles.at[1, "embedding"] = numpy.append(numpy.zeros(127), numpy.inf).astype(numpy.float32)
    contents.at[0, "article_ids"] = ["article00", "article05"]  # quarantined above
    contents.at[1, "article_ids"] = ["nowhere"]
    contents.at[2, "article_ids"] = 26 * ["article05"]
    contents.at[3, "brand_ids"] = ["brand0", None]
    contents.at[4, "kind"] = "banner"
    for row in range(5, len(contents)):
        contents.at[row, "article_ids"] = ["article05", "article06"]
    for row in (3, 4):
        contents.at[row, "article_ids"] = []
    tables["orders"] = tables["orders"].assign(article_id="article07")
    tables["impressions"] = tables["impressions"][tables["impressions"]["content_id"] > "content04"]
    found = reasons(tmp_path, tables)
    assert found == {
        "articles": [("article00", "embedding: not 128 elements"), ("article01", "embedding: not finite")],
        "contents": [
            ("content00", "article_ids: unknown in articles.article_id"),
            ("content01", "article_ids: unknown in articles.article_id"),
            ("content02", "article_ids: more than 25 elements"),
            ("content03", "brand_ids: has a null element"),
            ("content04", "kind: not one of 'article', 'carousel', 'video'"),
        ],
    }


def test_every_declaration_of_the_contract_has_a_rule() -> None:
    for table in log_contract().values():
        words = [rule.expectation for rule in row_rules(table)]
        words += [rule.expectation for rule in reference_rules(table)]
        words += [rule.expectation for rule in repetition_rules(table)]
        for name, column in table.columns.items():
            own = " ".join(word for word in words if word.startswith(f"{name}:"))
            declared = {
                "null": not column.nullable,
                "outside": column.minimum is not None or column.maximum is not None,
                "not one of": column.allowed is not None,
                "unknown in": column.references is not None,
                "repeated within": column.unique_in is not None,
                "present where": column.only_where is not None,
                "elements": column.length is not None or column.maximum_length is not None,
                "not finite": column.finite,
            }
            for word, expected in declared.items():
                assert (word in own) >= expected, (table.name, name, word)
        assert f"{', '.join(table.key)}: duplicate" in words
