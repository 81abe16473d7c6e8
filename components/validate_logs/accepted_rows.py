"""Writes the accepted rows of a table as Parquet in exactly the contract's schema."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path

import ibis.expr.types
import numpy
import pyarrow

from components.engine.engine import Engine
from components.validate_logs.checked_table import CheckedTable
from components.validate_logs.log_window import LogWindow
from components.validate_logs.sorted_file import SortedFileWriter, write_sorted_file
from components.validate_logs.wide_file import DAY_COLUMN

FILE_NAME = "part-0.parquet"


def write_accepted(engine: Engine, checked: CheckedTable, window: LogWindow, folder: Path) -> list[Path]:
    """Writes `<table>/day=.../part-0.parquet`, or `<table>/part-0.parquet` for a table without partitions.

    Rows are in order of time. Files that hold nothing but accepted rows, in that order, are copied; all other rows are
    sorted by time and key, which is unique among them: the same rows give the same bytes, whatever the engine. A
    partitioned table without rows gets one empty file, on the window's last day, so that every table can be read.

    Args:
        engine: Holds the rows.
        checked: The table after its checks.
        window: The run's instants.
        folder: The artifact's folder.

    Returns:
        The files that were written.
    """
    table, target = checked.table, folder / checked.table.name
    remaining = checked.accepted if not checked.unchanged else checked.remaining
    target.mkdir(parents=True)
    if not checked.counts["rows_accepted"].sum():
        partition = "" if table.partitioned_by is None else f"day={window.days[-1].isoformat()}"
        (target / partition).mkdir(exist_ok=True)
        write_sorted_file([], table.arrow_schema, target / partition / FILE_NAME)
        return [target / partition / FILE_NAME]
    if table.partitioned_by is None:
        rows = checked.accepted.select(*table.columns).order_by(*table.key)
        write_sorted_file(engine.stream(rows), table.arrow_schema, target / FILE_NAME)
        return [target / FILE_NAME]
    paths: list[Path] = []
    for file in checked.unchanged:
        path = target / f"day={file.day}" / FILE_NAME
        path.parent.mkdir()
        shutil.copyfile(file.path, path)
        paths.append(path)
    if remaining is not None:
        order = dict.fromkeys((DAY_COLUMN, table.partitioned_by, *table.key))
        paths += _write_days(engine, remaining.order_by(*order), table.arrow_schema, target)
    return sorted(paths)


def _write_days(engine: Engine, rows: ibis.expr.types.Table, schema: pyarrow.Schema, target: Path) -> list[Path]:
    """Writes rows that are in order of day, one file a day."""
    paths: list[Path] = []
    with contextlib.ExitStack() as writers:
        for batch in engine.stream(rows):
            days = batch[DAY_COLUMN].cast(pyarrow.int32()).to_numpy()
            starts = [0, *(numpy.flatnonzero(days[1:] != days[:-1]) + 1).tolist()] if len(days) else []
            for start, end in zip(starts, [*starts[1:], len(days)], strict=False):
                path = target / f"day={batch[DAY_COLUMN][start].as_py().isoformat()}" / FILE_NAME
                if not paths or path != paths[-1]:
                    writers.close()
                    path.parent.mkdir()
                    writer = writers.enter_context(SortedFileWriter(path, schema))
                    paths.append(path)
                writer.write(batch.select(schema.names).slice(start, end - start))
    return paths
