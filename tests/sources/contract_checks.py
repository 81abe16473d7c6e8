"""Checks a whole log folder against the log contract, independently of the step that validates logs."""

from __future__ import annotations

from pathlib import Path

import pandas
import pyarrow
import pyarrow.parquet

from schemas.log_contract import Table, log_contract


def read_folder(logs: Path, table: str) -> pyarrow.Table:
    """Every file of a table, partitions in order, without a column for the partition."""
    return pyarrow.concat_tables([pyarrow.parquet.read_table(path, partitioning=None) for path in files(logs, table)])


def files(logs: Path, table: str) -> list[Path]:
    """The files of a table in order."""
    found = sorted((logs / table).rglob("*.parquet"))
    assert found, f"no files of {table}"
    return found


def assert_follows_contract(logs: Path, optional_tables: set[str]) -> None:
    """Asserts types, keys, ranges, references and partitions of every table.

    Args:
        logs: The log folder.
        optional_tables: The optional tables that must be there; the others must not.
    """
    contract = log_contract()
    expected = {name for name, table in contract.items() if not table.optional} | optional_tables
    assert {path.name for path in logs.iterdir()} - {"truth"} == expected
    tables = {name: read_folder(logs, name) for name in expected}
    for name in expected:
        declared = contract[name]
        _assert_types(declared, tables[name].schema)
        frame = tables[name].to_pandas()
        assert not frame.duplicated(list(declared.key)).any(), name
        if declared.partitioned_by:
            _assert_partitions(logs, declared)
        for column_name, column in declared.columns.items():
            if column_name not in frame:
                continue
            values = frame[column_name]
            assert column.nullable or values.notna().all(), column_name
            flat = values.explode().dropna() if column.type.startswith("list") else values.dropna()
            if column.allowed:
                assert set(flat) <= set(column.allowed), column_name
            if column.minimum is not None:
                assert (flat >= column.minimum).all(), column_name
            if column.maximum is not None:
                assert (flat <= column.maximum).all(), column_name
            if column.references:
                table, key = column.references.split(".")
                assert set(flat) <= set(tables[table][key].to_pylist()), column_name
            if column.unique_in:
                assert not frame.duplicated([column.unique_in, column_name]).any(), column_name
            if column.only_where:
                assert (frame.loc[values.notna(), column.only_where] == 1).all(), column_name
            if column.length:
                assert (values.map(len) == column.length).all(), column_name
            if column.maximum_length:
                assert (values.map(len) <= column.maximum_length).all(), column_name


def _assert_types(declared: Table, schema: pyarrow.Schema) -> None:
    expected = [field for field in declared.arrow_schema if field.name in schema.names]
    assert [(field.name, field.type) for field in schema] == [(field.name, field.type) for field in expected]
    required = {name for name, column in declared.columns.items() if not column.optional}
    assert required <= set(schema.names)


def _assert_partitions(logs: Path, declared: Table) -> None:
    for path in files(logs, declared.name):
        times = pyarrow.parquet.read_table(path, partitioning=None)[declared.partitioned_by].to_pandas()
        assert times.is_monotonic_increasing, path
        assert set(times.dt.strftime("day=%Y-%m-%d")) == {path.parent.name}
        assert isinstance(times.dtype, pandas.DatetimeTZDtype)
