"""Great Expectations suites generated from the log contract, checked on the measures and columns of accepted rows."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import great_expectations
import great_expectations.expectations as library
import pandas
import pyarrow
import pyarrow.parquet

from components.validate_logs.daily_measures import measures_of
from components.validate_logs.log_window import WINDOWED_TABLES, LogWindow
from schemas.errors import ContractError
from schemas.log_contract import ARROW_TYPES, Table


@dataclasses.dataclass(frozen=True)
class ExpectationResult:
    """One checked expectation.

    Attributes:
        table: The table that it is about.
        expectation: Great Expectations' name of it.
        arguments: What was expected, of which column.
        success: Whether it holds.
        observed: What Great Expectations found.
    """

    table: str
    expectation: str
    arguments: dict[str, Any]
    success: bool
    observed: dict[str, Any]


def measure_expectations(table: Table, window: LogWindow, rows_read: int) -> list[library.Expectation]:
    """The suite for a table's daily measures: days, row counts, quarantined rows, and the bounds of every measure."""
    allowed = int(table.quarantine.maximum_share * rows_read)
    expectations = [library.ExpectColumnSumToBeBetween(column="rows_quarantined", max_value=allowed)]
    if table.name in WINDOWED_TABLES:
        days = [day.isoformat() for day in window.days]
        expectations.append(library.ExpectColumnDistinctValuesToEqualSet(column="day", value_set=days))
    if table.name in WINDOWED_TABLES or (table.partitioned_by is None and not table.optional):
        expectations.append(library.ExpectColumnValuesToBeBetween(column="rows_accepted", min_value=1))
    expectations += [
        library.ExpectColumnValuesToBeBetween(column=measure.name, min_value=measure.minimum, max_value=measure.maximum)
        for measure in measures_of(table)
    ]
    return expectations


def column_expectations(table: Table) -> list[library.Expectation]:
    """The suite for a table's columns: exactly the declared ones, in order, each with its type."""
    declared = [f"{name}: {column.type}" for name, column in table.columns.items()]
    return [
        library.ExpectTableRowCountToEqual(value=len(declared)),
        library.ExpectColumnDistinctValuesToEqualSet(column="column", value_set=declared),
    ]


def written_columns(path: Path) -> pandas.DataFrame:
    """One row a column of a written file: its name and its type as the contract calls it."""
    fields = list(pyarrow.parquet.read_schema(path))
    return pandas.DataFrame({"column": [f"{field.name}: {_contract_type(field.type)}" for field in fields]})


class ExpectationRun:
    """Validates batches, all in memory, and keeps the results."""

    def __init__(self) -> None:
        self.results: list[ExpectationResult] = []
        self._context = great_expectations.get_context(mode="ephemeral")
        self._context.variables.progress_bars = {"globally": False}
        self._source = self._context.data_sources.add_pandas("accepted_rows")

    def validate(self, table: Table, subject: str, batch: pandas.DataFrame, suite: list[library.Expectation]) -> None:
        """Checks one batch.

        Args:
            table: The table that it describes.
            subject: `measures` or `columns`.
            batch: The data.
            suite: What is expected of it.
        """
        name = f"{table.name} {subject}"
        asset = self._source.add_dataframe_asset(name)
        definition = asset.add_batch_definition_whole_dataframe("all")
        registered = self._context.suites.add(great_expectations.ExpectationSuite(name=name, expectations=suite))
        outcome = definition.get_batch({"dataframe": batch}).validate(registered).to_json_dict()
        for result in outcome["results"]:
            if result["exception_info"].get("raised_exception"):
                raise RuntimeError(f"{name}: {result['exception_info']['exception_message']}")
            arguments = {
                key: value for key, value in result["expectation_config"]["kwargs"].items() if key != "batch_id"
            }
            expectation = result["expectation_config"]["type"]
            observed = _observed(result["result"], batch, arguments.get("column"))
            self.results.append(ExpectationResult(table.name, expectation, arguments, result["success"], observed))

    def refuse_failures(self, logs: Path) -> None:
        """Refuses logs of which some expectation does not hold.

        Raises:
            ContractError: The message lists each expectation with what was found.
        """
        failed = [result for result in self.results if not result.success]
        if failed:
            lines = [f"{item.table} {item.expectation} {item.arguments}, found {item.observed}" for item in failed]
            raise ContractError(f"{logs}: {'; '.join(lines)}. Correct these tables as schemas/logs declares")


def _contract_type(kind: pyarrow.DataType) -> str:
    return next((name for name, declared in ARROW_TYPES.items() if declared.equals(kind)), str(kind))


def _observed(result: dict[str, Any], batch: pandas.DataFrame, column: str | None) -> dict[str, Any]:
    """What a reader wants to see: the value, or how many of how many days, and the range over all days."""
    kept = ("observed_value", "element_count", "unexpected_count", "partial_unexpected_list")
    observed = {key: result[key] for key in kept if key in result}
    if column is not None and pandas.api.types.is_numeric_dtype(batch[column]) and batch[column].notna().any():
        observed["range"] = f"{batch[column].min():g} to {batch[column].max():g}"
    return observed
