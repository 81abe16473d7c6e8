"""Judges checked tables: Great Expectations on each day, drift between days; then refuses, or writes the reports."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas
import pyarrow
import pyarrow.parquet

from components.engine.engine import Engine
from components.validate_logs.checked_table import CheckedTable
from components.validate_logs.data_docs import write_data_docs
from components.validate_logs.drift.compare import compare_days
from components.validate_logs.drift.refusal import describe, drifted, refuse_drift
from components.validate_logs.drift.results import TableComparison
from components.validate_logs.drift.whole_days import whole_days
from components.validate_logs.expectation_run import ExpectationRun
from components.validate_logs.expectation_suites import column_expectations, day_expectations, table_expectations
from components.validate_logs.log_window import LogWindow
from components.validate_logs.validation_results import TableResult, table_result, write_results
from schemas.log_contract import ARROW_TYPES, Table


def report_validation(
    *,
    engine: Engine,
    logs: Path,
    window: LogWindow,
    checked: Mapping[str, CheckedTable],
    measures: Mapping[str, pandas.DataFrame],
    files: Mapping[str, int],
    written: Mapping[str, Path],
    folder: Path,
) -> list[TableResult]:
    """Checks the expectations and the drift, and writes validation.json, validation.html and data_docs/.

    Args:
        engine: Holds the rows.
        logs: The log folder, for messages.
        window: The run's instants.
        checked: The tables after the row rules, by name.
        measures: The daily measures of each table.
        files: How many files were read of each table.
        written: One written Parquet file of each table.
        folder: Where to write.

    Returns:
        What became of each table, by name.

    Raises:
        ContractError: An expectation does not hold, or the newest whole day lies beyond a drift limit.
    """
    run = ExpectationRun()
    # The engine compares the days on its own threads while Great Expectations keeps this one busy.
    with ThreadPoolExecutor(1) as comparing:
        compared = comparing.submit(_comparisons, engine, window, checked)
        for name in sorted(checked):
            _check_expectations(run, checked[name].table, window, measures[name], written[name])
        run.refuse_failures(logs)
        comparisons = compared.result()
    refuse_drift(logs, comparisons)
    for result in drifted(comparisons, "warn"):
        print(f"warning: drift: {describe(result)}", file=sys.stderr)
    results = [table_result(checked[name], files[name]) for name in sorted(checked)]
    write_results(folder, window, results, run.results, comparisons)
    write_data_docs(folder / "data_docs", run, window)
    return results


def _comparisons(engine: Engine, window: LogWindow, checked: Mapping[str, CheckedTable]) -> list[TableComparison]:
    return [
        compare_days(engine, checked[name], window, checked)
        for name in sorted(checked)
        if checked[name].table.drift is not None
    ]


def _check_expectations(
    run: ExpectationRun, table: Table, window: LogWindow, measures: pandas.DataFrame, written: Path
) -> None:
    read = int(measures["rows_read"].sum())
    if table.partitioned_by is None:
        if read or table.volume.minimum_rows:
            run.validate(table.name, "all rows", measures, f"{table.name}_rows", day_expectations(table, whole=True))
    else:
        # A table without a row has no days either, and no type of them.
        day_of = measures["day"].astype(str)
        # A table may reach back for years: its days before the window are one batch.
        earlier = measures[day_of < window.days[0].isoformat()]
        if len(earlier):
            suite = f"{table.name}_cut_day"
            run.validate(table.name, "earlier days", earlier, suite, day_expectations(table, whole=False))
        whole = set(whole_days(window))
        for day in [day.isoformat() for day in window.days]:
            data = measures[day_of == day]
            suite = f"{table.name}_day" if day in whole else f"{table.name}_cut_day"
            if len(data):
                run.validate(table.name, day, data, suite, day_expectations(table, day in whole))
    if read:
        expectations = table_expectations(table, window, read)
        batch = "all days" if table.partitioned_by else "counts"
        run.validate(table.name, batch, measures, f"{table.name}_table", expectations)
    columns = _written_columns(written)
    run.validate(table.name, "columns", columns, f"{table.name}_columns", column_expectations(table))


def _written_columns(path: Path) -> pandas.DataFrame:
    """One row a column of a written file: its name and its type as the contract calls it."""
    fields = list(pyarrow.parquet.read_schema(path))
    return pandas.DataFrame({"column": [f"{field.name}: {_contract_type(field.type)}" for field in fields]})


def _contract_type(kind: pyarrow.DataType) -> str:
    return next((name for name, declared in ARROW_TYPES.items() if declared.equals(kind)), str(kind))
