"""The step: raw logs in, validated logs out, or a refusal and nothing."""

from __future__ import annotations

from graphlib import TopologicalSorter
from pathlib import Path

import duckdb
import tqdm

from components.validate_logs.accepted_rows import write_accepted
from components.validate_logs.coverage import refuse_uncovered
from components.validate_logs.daily_measures import daily_measures
from components.validate_logs.expectations import (
    ExpectationRun,
    column_expectations,
    measure_expectations,
    written_columns,
)
from components.validate_logs.fingerprints import fingerprint_contract, fingerprint_files
from components.validate_logs.log_files import LogFile, find_log_files
from components.validate_logs.log_window import LogWindow
from components.validate_logs.quarantine import CheckedTable, check_table, refuse_beyond_share, write_quarantine
from components.validate_logs.settings import ValidationSettings
from components.validate_logs.sql_text import quoted
from components.validate_logs.validation_results import TableResult, table_result, write_results
from components.validate_logs.working_database import working_database
from schemas.artifact_meta import ArtifactMeta, write_meta
from schemas.folders import whole_folder
from schemas.instants import Instant, format_instant
from schemas.log_contract import Table, log_contract
from schemas.step_report import StepReport


def validate_logs(
    *, logs: Path, output: Path, start: Instant, end: Instant, settings: ValidationSettings, report: StepReport
) -> None:
    """Validates the logs of one window against schemas/logs.

    Args:
        logs: A folder in the log contract.
        output: Where the artifact of kind "validated_logs" goes: `<table>/day=.../part-0.parquet` in exactly the
            contract's columns, `quarantine/<table>.parquet`, validation.json, validation.html, meta.json.
        start: The first instant whose impressions are needed.
        end: Everything that is read lies strictly before it.
        settings: How much of the machine may be used.
        report: Gets rows read, accepted and quarantined of each table.

    Raises:
        ContractError: The logs are refused; nothing has been written.
    """
    window, contract = LogWindow(start, end), log_contract()
    files = find_log_files(logs, contract, window)
    with working_database(settings) as connection:
        checked: dict[str, CheckedTable] = {}
        for name in tqdm.tqdm(_referenced_first(contract), desc="check tables", unit="table"):
            accepted = {table: rows.accepted for table, rows in checked.items()}
            checked[name] = check_table(connection, logs, contract[name], files[name], window, accepted)
            refuse_beyond_share(connection, logs, checked[name])
            refuse_uncovered(connection, logs, checked[name], window)
        with whole_folder(output) as folder:
            results = _write(connection, logs, files, checked, window, folder)
            for result in results:
                report.counts[f"{result.name}_read"] = result.read
                report.counts[f"{result.name}_accepted"] = result.accepted
                report.counts[f"{result.name}_quarantined"] = result.quarantined
            largest = [_largest_time(connection, rows) for rows in checked.values()]
            meta = ArtifactMeta(
                kind="validated_logs",
                as_of=format_instant(end),
                largest_event_time=format_instant(max(time for time in largest if time is not None)),
                inputs={
                    "logs": fingerprint_files(file for group in files.values() for file in group),
                    "log_contract": fingerprint_contract(contract),
                },
                counts=report.counts,
                details={"window_start": format_instant(start)},
            )
            write_meta(folder, meta)


def _write(
    connection: duckdb.DuckDBPyConnection,
    logs: Path,
    files: dict[str, list[LogFile]],
    checked: dict[str, CheckedTable],
    window: LogWindow,
    folder: Path,
) -> list[TableResult]:
    """Writes tables, quarantine and results; refuses where an expectation does not hold."""
    (folder / "quarantine").mkdir()
    run, results = ExpectationRun(), []
    for name in tqdm.tqdm(sorted(checked), desc="write tables", unit="table"):
        table, rows = checked[name].table, checked[name]
        paths = write_accepted(connection, rows, window, folder)
        write_quarantine(connection, rows, folder / "quarantine" / f"{name}.parquet")
        measures = daily_measures(connection, rows)
        results.append(table_result(connection, rows, measures, len(files[name])))
        if results[-1].read:
            suite = measure_expectations(table, window, results[-1].read)
            run.validate(table, "measures", measures, suite)
        run.validate(table, "columns", written_columns(paths[0]), column_expectations(table))
    run.refuse_failures(logs)
    write_results(folder, window, results, run.results)
    return results


def _referenced_first(contract: dict[str, Table]) -> list[str]:
    """Table names in an order in which every table comes after those that it references."""
    references = {
        name: {column.references.split(".")[0] for column in table.columns.values() if column.references is not None}
        for name, table in contract.items()
    }
    return list(TopologicalSorter(references).static_order())


def _largest_time(connection: duckdb.DuckDBPyConnection, checked: CheckedTable) -> Instant | None:
    if checked.table.partitioned_by is None:
        return None
    query = f"SELECT epoch_us(max({quoted(checked.table.partitioned_by)})) FROM {checked.accepted}"
    largest: Instant | None = connection.sql(query).fetchall()[0][0]
    return largest
