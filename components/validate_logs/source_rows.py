"""A table's files as one table of the engine, column by column of the contract, with nothing checked yet."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
import ibis
import ibis.expr.datatypes
import ibis.expr.types
import pyarrow
import pyarrow.parquet

from components.engine.engine import Engine
from components.engine.settings import EngineSettings
from components.validate_logs.engine_functions import PATH_COLUMN, read_parquet_with_path
from components.validate_logs.json_conversion import convert_json
from components.validate_logs.log_files import LogFile
from components.validate_logs.parquet_conversion import convert_parquet, needs_conversion
from components.validate_logs.source_columns import check_columns, column_kinds, parquet_schema
from components.validate_logs.wide_file import (
    DAY_COLUMN,
    FILE_COLUMN,
    LINE_COLUMN,
    WIDE_TYPES,
    WideFile,
    misfit_column,
)
from schemas.log_contract import ARROW_TYPES, Table


@dataclasses.dataclass(frozen=True)
class SourceFile:
    """A log file as the engine reads it.

    Attributes:
        file: The log file.
        path: What the engine reads: the file itself or its wide form.
        schema: Of `path`.
        rows: How many it has.
        is_wide: Whether `path` is the wide form.
        undeclared: Columns that the contract does not know.
    """

    file: LogFile
    path: Path
    schema: pyarrow.Schema
    rows: int
    is_wide: bool
    undeclared: tuple[str, ...]


def open_source_files(
    engine: Engine, settings: EngineSettings, table: Table, files: Sequence[LogFile]
) -> list[SourceFile]:
    """Looks at each file's columns and brings those into the wide form that the engine cannot read as they are.

    Args:
        engine: Has the folder for the wide forms.
        settings: For the conversion.
        table: The declared table.
        files: Its files.

    Raises:
        ContractError: A file cannot be read, lacks a column, or has one of a wrong type.
    """
    opened: list[SourceFile] = []
    with duckdb.connect(config={"memory_limit": settings.memory_limit, "threads": settings.threads}) as connection:
        connection.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
        for number, file in enumerate(files):
            wide_path = engine.work_folder / f"{table.name}-{number}.parquet"
            if not file.is_parquet:
                wide = convert_json(file, table, wide_path, connection)
                if wide.columns:
                    check_columns(table, file, wide.columns)
                opened.append(_wide_source(table, wide))
                continue
            schema = parquet_schema(file)
            check_columns(table, file, column_kinds(schema))
            if needs_conversion(schema, table):
                opened.append(_wide_source(table, convert_parquet(file, table, wide_path)))
            else:
                rows = pyarrow.parquet.read_metadata(file.path).num_rows
                undeclared = tuple(name for name in schema.names if name not in table.columns)
                opened.append(SourceFile(file, file.path.resolve(), schema, rows, False, undeclared))
    return opened


def source_rows(engine: Engine, logs: Path, table: Table, files: Sequence[SourceFile]) -> ibis.expr.types.Table:
    """The rows of all files.

    Args:
        engine: Reads them.
        logs: The log folder.
        table: The declared table.
        files: Its opened files.

    Returns:
        The declared columns in their contract types, or wide ones where some file's values may not fit; FILE_COLUMN
        (the path inside the log folder) and DAY_COLUMN; where some file is in its wide form, a misfit_column of each
        and LINE_COLUMN.
    """
    types = {name: _common_type(name, column.type, files) for name, column in table.columns.items()}
    # Files of one schema are one scan.
    scans: dict[tuple[bool, str], list[SourceFile]] = {}
    for file in files:
        # Without rows there is nothing to read; an engine may even stumble over a file without columns.
        if file.rows:
            fields = ", ".join(f"{field.name}: {field.type}" for field in file.schema)
            scans.setdefault((file.is_wide, fields), []).append(file)
    with_misfits = any(is_wide for is_wide, _ in scans)
    parts = [_scan(engine, logs, table, group, types, with_misfits) for group in scans.values()]
    return ibis.union(*parts) if parts else _no_rows(engine, table)


def contract_type(name: str) -> ibis.expr.datatypes.DataType:
    """A contract type as Ibis calls it."""
    return ibis.expr.datatypes.DataType.from_pyarrow(ARROW_TYPES[name])


def _wide_source(table: Table, wide: WideFile) -> SourceFile:
    metadata = pyarrow.parquet.read_metadata(wide.path)
    undeclared = tuple(name for name in wide.columns if name not in table.columns)
    return SourceFile(wide.file, wide.path, metadata.schema.to_arrow_schema(), metadata.num_rows, True, undeclared)


def _common_type(name: str, declared: str, files: Sequence[SourceFile]) -> ibis.expr.datatypes.DataType:
    """The contract's type where every file has exactly it, else the wide one."""
    types = {file.schema.field(name).type for file in files if name in file.schema.names}
    fits = all(kind.equals(ARROW_TYPES[declared]) for kind in types)
    return contract_type(declared) if fits else ibis.expr.datatypes.DataType.from_pyarrow(WIDE_TYPES[declared])


def _scan(
    engine: Engine,
    logs: Path,
    table: Table,
    files: Sequence[SourceFile],
    types: Mapping[str, ibis.expr.datatypes.DataType],
    with_misfits: bool,
) -> ibis.expr.types.Table:
    is_wide, present = files[0].is_wide, set(files[0].schema.names)
    paths = [str(file.path) for file in files]
    rows = engine.read_parquet(paths) if is_wide else read_parquet_with_path(engine, paths)
    selected: dict[str, ibis.expr.types.Value] = {
        name: rows[name].cast(kind) if name in present else ibis.null(kind) for name, kind in types.items()
    }
    if with_misfits:
        names = (*map(misfit_column, types), LINE_COLUMN)
        selected |= {name: rows[name] if is_wide else ibis.null("string") for name in names}
    if is_wide:
        return rows.select(**selected, **{name: rows[name] for name in (FILE_COLUMN, DAY_COLUMN)})
    root, path = f"{logs.resolve()}/", rows[PATH_COLUMN]
    day = ibis.null("date")
    if table.partitioned_by is not None:
        day = path.re_extract(r"/day=([^/]+)/[^/]+$", 1).cast("date")
    return rows.select(**selected, **{FILE_COLUMN: path.substr(path.find(root) + len(root)), DAY_COLUMN: day})


def _no_rows(engine: Engine, table: Table) -> ibis.expr.types.Table:
    path = engine.work_folder / f"no-{table.name}.parquet"
    own = [pyarrow.field(FILE_COLUMN, pyarrow.string()), pyarrow.field(DAY_COLUMN, pyarrow.date32())]
    pyarrow.parquet.write_table(pyarrow.schema([*table.arrow_schema, *own]).empty_table(), path)
    return engine.read_parquet([str(path)])
