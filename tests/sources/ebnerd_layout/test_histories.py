"""Readings become orders: a user of train never gets the validation history, which holds clicks of the train days."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.errors import ContractError
from sources.ebnerd_layout.histories import read_history, readings
from tests.sources.official_bundle import HOUR, START, tiny_bundle, write_bundle


def test_each_user_has_the_right_history_once(bundle: Path) -> None:
    orders = readings(read_history(bundle, "train"), read_history(bundle, "validation")).to_pylist()
    found = sorted((row["user_id"], row["article_id"], row["timestamp"].replace(tzinfo=None)) for row in orders)
    assert found == [
        ("1", "101", START - 9 * HOUR),
        ("1", "102", START - 8 * HOUR),
        ("2", "101", START - HOUR),
        ("2", "103", START - HOUR),
        ("3", "104", START + 3 * HOUR),
    ]


def test_lists_of_unequal_length_are_refused(tmp_path: Path) -> None:
    columns = tiny_bundle()
    columns["train/history.parquet"]["article_id_fixed"] = [[101], [101, 103]]
    with pytest.raises(ContractError, match="3 articles but 5 times"):
        read_history(write_bundle(tmp_path, columns), "train")
