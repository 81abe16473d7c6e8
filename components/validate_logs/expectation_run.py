"""Checks batches with Great Expectations, all in memory, and keeps what came out."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import great_expectations
import great_expectations.expectations as library
import pandas
from great_expectations.data_context.types.base import (
    DataContextConfig,
    InMemoryStoreBackendDefaults,
    ProgressBarsConfig,
)

from schemas.errors import ContractError


@dataclasses.dataclass(frozen=True)
class ExpectationResult:
    """One checked expectation.

    Attributes:
        table: The table that it is about.
        batch: A day, `all days`, `all rows`, `counts`, `earlier days`, or `columns`.
        expectation: Great Expectations' name of it.
        arguments: What was expected, of which column.
        success: Whether it holds.
        observed: What Great Expectations found; `smallest` and `largest` of a number's column.
    """

    table: str
    batch: str
    expectation: str
    arguments: dict[str, Any]
    success: bool
    observed: dict[str, Any]


@dataclasses.dataclass(frozen=True)
class CheckedBatch:
    """One batch with Great Expectations' own result of it, for its Data Docs.

    Attributes:
        table: The table that it describes.
        batch: As in ExpectationResult.
        data: What was checked.
        outcome: Great Expectations' result.
    """

    table: str
    batch: str
    data: pandas.DataFrame
    outcome: Any


class ExpectationRun:
    """Validates batches one by one.

    Attributes:
        results: Every checked expectation, in order.
        batches: Every checked batch, in order.
        suites: Great Expectations' suites by name.
    """

    def __init__(self) -> None:
        self.results: list[ExpectationResult] = []
        self.batches: list[CheckedBatch] = []
        self.suites: dict[str, Any] = {}
        # The default context would leave an empty folder for a site of Data Docs behind.
        configuration = DataContextConfig(
            store_backend_defaults=InMemoryStoreBackendDefaults(),
            progress_bars=ProgressBarsConfig(globally=False),
            analytics_enabled=False,
        )
        self._context = great_expectations.get_context(mode="ephemeral", project_config=configuration)
        source = self._context.data_sources.add_pandas("counts_and_statistics")
        self._definition = source.add_dataframe_asset("logs").add_batch_definition_whole_dataframe("batch")

    def validate(
        self, table: str, batch: str, data: pandas.DataFrame, suite: str, expectations: Sequence[library.Expectation]
    ) -> None:
        """Checks one batch.

        Args:
            table: The table that it describes.
            batch: Which part of the table.
            data: The batch.
            suite: The suite's name; the first use of a name defines it.
            expectations: What the suite expects.
        """
        if not expectations:
            return
        if suite not in self.suites:
            suite_of_name = great_expectations.ExpectationSuite(name=suite, expectations=list(expectations))
            self.suites[suite] = self._context.suites.add(suite_of_name)
        outcome = self._definition.get_batch({"dataframe": data}).validate(self.suites[suite])
        self.batches.append(CheckedBatch(table, batch, data, outcome))
        for result in outcome.to_json_dict()["results"]:
            if result["exception_info"].get("raised_exception"):
                raise RuntimeError(f"{table}, {batch}: {result['exception_info']['exception_message']}")
            arguments = {
                key: value for key, value in result["expectation_config"]["kwargs"].items() if key != "batch_id"
            }
            observed = _observed(result["result"], data, arguments.get("column"))
            expectation = result["expectation_config"]["type"]
            self.results.append(ExpectationResult(table, batch, expectation, arguments, result["success"], observed))

    def refuse_failures(self, logs: Path) -> None:
        """Refuses logs of which some expectation does not hold.

        Raises:
            ContractError: The message lists each expectation with its place and what was found.
        """
        failed = [result for result in self.results if not result.success]
        if failed:
            lines = [
                f"{_place(logs, item)}: {item.expectation} {item.arguments}, found {item.observed}" for item in failed
            ]
            tables = ", ".join(f"schemas/logs/{table}.yaml" for table in dict.fromkeys(item.table for item in failed))
            raise ContractError(f"{'; '.join(lines)}. Correct these tables as {tables} declares")


def _place(logs: Path, result: ExpectationResult) -> str:
    """The folder of the batch."""
    folder = logs / result.table
    return str(folder / f"day={result.batch}" if result.batch[:1].isdigit() else folder)


def _observed(result: dict[str, Any], data: pandas.DataFrame, column: str | None) -> dict[str, Any]:
    """What a reader wants to see: the value, or how many of how many rows, and the range."""
    kept = (
        "observed_value",
        "element_count",
        "unexpected_count",
        "partial_unexpected_list",
        "missing_count",
        "partial_missing_list",
    )
    observed = {key: result[key] for key in kept if result.get(key) is not None}
    if column is not None and pandas.api.types.is_numeric_dtype(data[column]) and data[column].notna().any():
        observed["smallest"], observed["largest"] = float(data[column].min()), float(data[column].max())
    return observed
