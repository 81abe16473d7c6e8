"""Checks all tables, each after those that it references."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from graphlib import TopologicalSorter
from pathlib import Path

import ibis.expr.types
import tqdm

from components.engine.engine import Engine
from components.engine.settings import EngineSettings
from components.validate_logs.check_table import TableCheck
from components.validate_logs.checked_table import CheckedTable
from components.validate_logs.log_files import LogFile
from components.validate_logs.log_window import LogWindow
from schemas.log_contract import Table


def checked_tables(
    engine: Engine,
    settings: EngineSettings,
    logs: Path,
    contract: Mapping[str, Table],
    files: Mapping[str, Sequence[LogFile]],
    window: LogWindow,
) -> Iterator[CheckedTable]:
    """Checks the tables of a log folder.

    Args:
        engine: Reads and keeps the rows.
        settings: Of the engine.
        logs: The log folder.
        contract: The declared tables by name.
        files: Their files, from find_log_files.
        window: The run's instants.

    Yields:
        Each table when it has been checked; those that others reference before these.

    Raises:
        ContractError: A file cannot be read, lacks a column, or has one of a wrong type.
    """
    referenced = {column.references for table in contract.values() for column in table.columns.values()}
    keys: dict[str, ibis.expr.types.Table] = {}
    for name in tqdm.tqdm(_referenced_first(contract), desc="check tables", unit="table"):
        checked = TableCheck(engine, settings, logs, window, contract[name], keys).check(files[name])
        yield checked
        for column in contract[name].columns:
            if f"{name}.{column}" in referenced:
                values = checked.accepted.select(key=checked.accepted[column]).distinct()
                keys[f"{name}.{column}"] = engine.keep(f"keys_{name}_{column}", values)


def _referenced_first(contract: Mapping[str, Table]) -> list[str]:
    references = {
        name: {column.references.split(".")[0] for column in table.columns.values() if column.references is not None}
        for name, table in contract.items()
    }
    return list(TopologicalSorter(references).static_order())
