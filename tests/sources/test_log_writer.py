"""What every source relies on: types of the contract, one file a UTC day, and no folder of somebody else replaced."""

from __future__ import annotations

from pathlib import Path

import numpy
import pyarrow
import pytest

from schemas.errors import ContractError
from schemas.instants import DAY, parse_instant
from sources.log_writer import contract_table, numbered_ids, ragged_lists, require_replaceable, write_daily_table
from tests.sources.contract_checks import files, read_folder

MIDNIGHT = parse_instant("2026-03-02")


def test_days_are_cut_at_utc_midnight_and_sorted(tmp_path: Path) -> None:
    times = numpy.array([MIDNIGHT, MIDNIGHT + 3 * DAY, MIDNIGHT - 1, MIDNIGHT + DAY - 1, MIDNIGHT])
    table = contract_table("orders", {"timestamp": times, "user_id": list("eabcd"), "article_id": ["a"] * 5})
    write_daily_table(tmp_path, table, "orders")
    days = [path.parent.name for path in files(tmp_path, "orders")]
    assert days == ["day=2026-03-01", "day=2026-03-02", "day=2026-03-05"]
    written = read_folder(tmp_path, "orders")
    assert written["user_id"].to_pylist() == ["b", "d", "e", "c", "a"]
    assert written["timestamp"].cast(pyarrow.int64()).to_pylist() == sorted(times)


def test_absent_optional_columns_stay_absent_and_order_is_declared() -> None:
    table = contract_table(
        "contents", {"brand_ids": [["b"]], "kind": ["video"], "content_id": ["c"], "article_ids": [[]]}
    )
    assert table.schema.names == ["content_id", "kind", "article_ids", "brand_ids"]


def test_ids_have_equal_length_until_digits_run_out() -> None:
    assert numbered_ids("u", 3, first=9, digits=2).to_pylist() == ["u09", "u10", "u11"]
    assert numbered_ids("u", 1, first=1234, digits=2).to_pylist() == ["u1234"]


def test_ragged_lists_keep_empty_lists() -> None:
    lists = ragged_lists(pyarrow.array([1, 2, 3]), numpy.array([2, 0, 1]))
    assert lists.to_pylist() == [[1, 2], [], [3]]


def test_only_logs_and_empty_folders_are_replaced(tmp_path: Path) -> None:
    require_replaceable(tmp_path)
    require_replaceable(tmp_path / "new")
    (tmp_path / "impressions").mkdir()
    require_replaceable(tmp_path)
    (tmp_path / "impressions").rename(tmp_path / "photographs")
    with pytest.raises(ContractError, match="is no log folder"):
        require_replaceable(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(ContractError, match="is no log folder"):
        require_replaceable(tmp_path / "file")
