"""The log contract: what is declared becomes types and schemas, and a wrong declaration is refused."""

from __future__ import annotations

from pathlib import Path

import pyarrow
import pytest

from schemas.drift_limits import DriftLimit
from schemas.errors import ContractError
from schemas.log_contract import ARROW_TYPES, log_contract


def test_the_tables_of_the_design_are_declared() -> None:
    contract = log_contract()
    assert {name: table.optional for name, table in contract.items()} == {
        "articles": False,
        "contents": False,
        "follows": True,
        "impressions": False,
        "orders": False,
        "users": True,
    }
    partitioned = {name for name, table in contract.items() if table.partitioned_by is not None}
    assert partitioned == {"follows", "impressions", "orders"}


def test_keys_partitions_and_references_name_declared_columns() -> None:
    contract = log_contract()
    for name, table in contract.items():
        for key in (*table.key, *([table.partitioned_by] if table.partitioned_by else [])):
            assert not table.columns[key].nullable, (name, key)
        for column in table.columns.values():
            for neighbour in (column.unique_in, column.only_where):
                assert neighbour is None or neighbour in table.columns
            if column.references is not None:
                target, key = column.references.split(".")
                assert contract[target].key == (key,)
            assert column.description


def test_a_required_column_is_not_optional_and_an_optional_one_is_nullable() -> None:
    """An absent column is null everywhere, so that it must be allowed to be null."""
    for table in log_contract().values():
        for column in table.columns.values():
            assert column.nullable or not column.optional


def test_the_arrow_schema_has_every_declared_column_in_order() -> None:
    table = log_contract()["impressions"]
    assert table.arrow_schema.names == list(table.columns)
    assert table.arrow_schema.field("timestamp").type == pyarrow.timestamp("us", "UTC")
    assert not table.arrow_schema.field("clicked").nullable
    assert table.arrow_schema.field("slot").nullable


def test_roles() -> None:
    contract = log_contract()
    assert contract["impressions"].columns_with_role("context") == ["device"]
    assert contract["contents"].columns_with_role("attribute") == ["premium", "body_length"]


TABLE = """
description: A table.
optional: false
key: [id]
columns:
  id: {type: string, nullable: false, description: The id.}
quarantine: {maximum_share: 0.01}
"""


def test_a_table_added_as_a_file_is_part_of_the_contract(tmp_path: Path) -> None:
    (tmp_path / "returns.yaml").write_text(TABLE)
    assert list(log_contract(tmp_path)) == ["returns"]
    assert log_contract(tmp_path)["returns"].arrow_schema.field("id").type == ARROW_TYPES["string"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("type: string", "type: text", "unknown type 'text'; known types: string, timestamp"),
        ("nullable: false", "nulable: false", "unknown key 'columns.id.nulable'"),
        ("maximum_share: 0.01", "maximum_share: 2", "'quarantine.maximum_share'"),
        ("optional: false", "optional: perhaps", "'optional'"),
        ("key: [id]", "key: [id", "not valid YAML"),
    ],
)
def test_a_wrong_declaration_is_refused_by_name(tmp_path: Path, old: str, new: str, message: str) -> None:
    (tmp_path / "returns.yaml").write_text(TABLE.replace(old, new))
    with pytest.raises(ContractError) as caught:
        log_contract(tmp_path)
    assert message in str(caught.value)
    assert str(tmp_path / "returns.yaml") in str(caught.value)


def test_a_folder_without_a_contract_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="no table of the log contract"):
        log_contract(tmp_path)


PARTITIONED = """
description: Returned articles.
optional: false
partitioned_by: time
key: [id]
columns:
  id: {type: string, nullable: false, description: The id., drift: {unseen_share: {warn: 0.2}}}
  time: {type: timestamp, nullable: false, description: When.}
  reason: {type: string, role: context, description: Why., drift: {null_share: {warn: 0.5}}}
quarantine: {maximum_share: 0.01}
volume: {minimum_rows_per_day: 3}
drift:
  minimum_rows: 10
  significance: 0.001
  volume: {warn: 2, refuse: 4}
  null_share: {warn: 0.1, refuse: 0.2}
"""


def test_the_limits_of_a_column_replace_those_of_its_table(tmp_path: Path) -> None:
    (tmp_path / "returns.yaml").write_text(PARTITIONED)
    table = log_contract(tmp_path)["returns"]
    assert table.volume.minimum_rows_per_day == 3
    assert table.drift_limit(table.columns["reason"], "null_share") == DriftLimit(warn=0.5)
    assert table.drift_limit(table.columns["time"], "null_share") == DriftLimit(warn=0.1, refuse=0.2)
    assert table.drift_limit(table.columns["id"], "unseen_share") == DriftLimit(warn=0.2)
    assert table.drift_limit(table.columns["time"], "rate") == DriftLimit()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("volume: {warn: 2, refuse: 4}", "volume: {warn: 5, refuse: 4}", "warn (5) lies beyond refuse (4)"),
        ("volume: {warn: 2, refuse: 4}", "volume: {warn: -1}", "'drift.volume.warn'"),
        ("volume: {warn: 2, refuse: 4}", "speed: {warn: 2}", "unknown key 'drift.speed'"),
        ("  significance: 0.001\n", "", "'drift.significance'"),
        ("partitioned_by: time\n", "", "there are no days"),
        ("minimum_rows_per_day: 3", "minimum_rows: 3", "use minimum_rows_per_day"),
    ],
)
def test_wrong_limits_are_refused_by_name(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in PARTITIONED
    (tmp_path / "returns.yaml").write_text(PARTITIONED.replace(old, new))
    with pytest.raises(ContractError) as caught:
        log_contract(tmp_path)
    assert message in str(caught.value)
