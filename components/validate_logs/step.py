"""The step: raw logs in, validated logs out, or a refusal and nothing."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import tqdm

from components.engine.engine import Engine, open_engine
from components.validate_logs.accepted_rows import write_accepted
from components.validate_logs.check_tables import checked_tables
from components.validate_logs.checked_table import CheckedTable
from components.validate_logs.coverage import refuse_uncovered
from components.validate_logs.daily_measures import daily_measures
from components.validate_logs.fingerprints import fingerprint_contract, fingerprint_files
from components.validate_logs.log_files import find_log_files
from components.validate_logs.log_window import LogWindow
from components.validate_logs.quarantine import quarantine_file, refuse_beyond_share
from components.validate_logs.settings import ValidationSettings
from components.validate_logs.validation_report import report_validation
from schemas.artifact_meta import ArtifactMeta, write_meta
from schemas.folders import whole_folder
from schemas.instants import Instant, format_instant
from schemas.log_contract import Table, log_contract
from schemas.step_report import StepReport


def validate_logs(
    *,
    logs: Path,
    output: Path,
    start: Instant,
    end: Instant,
    settings: ValidationSettings,
    report: StepReport,
    contract: Mapping[str, Table] | None = None,
) -> None:
    """Validates the logs of one window against schemas/logs.

    Args:
        logs: A folder in the log contract.
        output: Where the artifact of kind "validated_logs" goes: `<table>/day=.../part-0.parquet` in exactly the
            contract's columns, `quarantine/<table>.parquet`, validation.json, validation.html, meta.json.
        start: The first instant whose impressions are needed.
        end: Everything that is read lies strictly before it.
        settings: Which engine is used, and how much of the machine.
        report: Gets rows read, accepted and quarantined of each table.
        contract: The declared tables by name; by default those of schemas/logs.

    Raises:
        ContractError: The logs are refused; nothing has been written.
    """
    window, tables = LogWindow(start, end), dict(log_contract() if contract is None else contract)
    files = find_log_files(logs, tables, window)
    with open_engine(settings) as engine:
        checked: dict[str, CheckedTable] = {}
        for rows in checked_tables(engine, settings, logs, tables, files, window):
            refuse_beyond_share(logs, rows)
            refuse_uncovered(logs, rows, window)
            checked[rows.table.name] = rows
        for rows in checked.values():
            for name in ("read", "accepted", "quarantined"):
                report.counts[f"{rows.table.name}_{name}"] = int(rows.counts[f"rows_{name}"].sum())
        with whole_folder(output) as folder:
            written = _write_tables(engine, checked, window, folder)
            # Refuses what the expectations and the limits of drift do not allow; then nothing of the folder remains.
            report_validation(
                engine=engine,
                logs=logs,
                window=window,
                checked=checked,
                measures={name: daily_measures(rows) for name, rows in checked.items()},
                files={name: len(group) for name, group in files.items()},
                written=written,
                folder=folder,
            )
            latest = [rows.latest for rows in checked.values() if rows.latest is not None]
            meta = ArtifactMeta(
                kind="validated_logs",
                as_of=format_instant(end),
                largest_event_time=format_instant(max(latest)),
                inputs={
                    "logs": fingerprint_files(file for group in files.values() for file in group),
                    "log_contract": fingerprint_contract(tables),
                },
                counts=report.counts,
                details={"window_start": format_instant(start)},
            )
            write_meta(folder, meta)


def _write_tables(
    engine: Engine, checked: Mapping[str, CheckedTable], window: LogWindow, folder: Path
) -> dict[str, Path]:
    """Writes accepted and quarantined rows; tells one file of the accepted rows of each table."""
    (folder / "quarantine").mkdir()
    written: dict[str, Path] = {}
    for name in tqdm.tqdm(sorted(checked), desc="write tables", unit="table"):
        written[name] = write_accepted(engine, checked[name], window, folder)[0]
        quarantined = quarantine_file(engine, checked[name].table)
        shutil.copyfile(quarantined, folder / "quarantine" / f"{name}.parquet")
    return written
