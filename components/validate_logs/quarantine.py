"""Keeps the bad rows of a table as text with the reason, and refuses a table with too many of them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import ibis
import ibis.expr.types
import pyarrow
import pyarrow.parquet

from components.engine.duckdb_engine import open_duckdb
from components.engine.engine import Engine
from components.engine.settings import EngineSettings
from components.validate_logs.checked_table import CheckedTable
from components.validate_logs.row_marks import REASON_COLUMN
from components.validate_logs.sorted_file import write_sorted_file
from components.validate_logs.wide_file import DAY_COLUMN, FILE_COLUMN, LINE_COLUMN, misfit_column
from schemas.errors import ContractError
from schemas.log_contract import Table

EXAMPLES = 3


def quarantine_schema(table: Table) -> pyarrow.Schema:
    """The schema of a table's quarantine: all text."""
    names = [*table.columns, LINE_COLUMN, REASON_COLUMN, FILE_COLUMN, DAY_COLUMN]
    return pyarrow.schema([(name, pyarrow.string()) for name in names])


def quarantine_file(engine: Engine, table: Table) -> Path:
    """Where write_quarantine writes; gone when the engine is closed."""
    return engine.work_folder / f"quarantine-{table.name}.parquet"


def write_quarantine(
    engine: Engine, settings: EngineSettings, table: Table, bad_rows: ibis.expr.types.Table | None
) -> Path:
    """Writes bad rows to the engine's work folder, in the form of the quarantine.

    Engines write numbers and times as text differently; here DuckDB does it for all of them.

    Args:
        engine: Holds the rows.
        settings: For the conversion.
        table: The declared table.
        bad_rows: In source types, with reasons; None where there is none.

    Returns:
        A file of quarantine_schema, in order of file and values.
    """
    path, schema = quarantine_file(engine, table), quarantine_schema(table)
    if bad_rows is None:
        pyarrow.parquet.write_table(schema.empty_table(), path)
        return path
    wide = path.with_name(f"bad-{table.name}.parquet")
    without = [name for name in (*map(misfit_column, table.columns), LINE_COLUMN) if name not in bad_rows.columns]
    bad_rows = bad_rows.mutate(**{name: ibis.null("string") for name in without})
    names = [*table.columns, *map(misfit_column, table.columns), LINE_COLUMN, REASON_COLUMN, FILE_COLUMN, DAY_COLUMN]
    bad_rows = bad_rows.select(*names)
    with pyarrow.parquet.ParquetWriter(wide, bad_rows.schema().to_pyarrow()) as writer:
        for batch in engine.stream(bad_rows):
            writer.write_batch(batch)
    with open_duckdb(settings) as duckdb:
        rows = duckdb.read_parquet([str(wide)])
        text = {name: rows[name].cast("string").fill_null(rows[misfit_column(name)]) for name in table.columns}
        rest = {name: rows[name].cast("string") for name in (LINE_COLUMN, REASON_COLUMN, FILE_COLUMN, DAY_COLUMN)}
        rows = rows.select(**text, **rest).order_by(*dict.fromkeys((FILE_COLUMN, *schema.names)))
        write_sorted_file(duckdb.stream(rows), schema, path)
    wide.unlink()
    return path


def reason_counts(quarantine: Path) -> dict[str, int]:
    """How many rows of a quarantine broke each expectation, most frequent first; a row may break several."""
    reasons = pyarrow.parquet.read_table(quarantine, columns=[REASON_COLUMN])[REASON_COLUMN].value_counts()
    counts: Counter[str] = Counter()
    # Few combinations of expectations occur, however many the rows.
    for reason in reasons.to_pylist():
        counts.update(dict.fromkeys(reason["values"].split("; "), reason["counts"]))
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def refuse_beyond_share(logs: Path, checked: CheckedTable) -> None:
    """Refuses a table of which more than the declared share was put aside.

    Raises:
        ContractError: The message names the expectations, how many rows broke each, three examples and their files.
    """
    table, rows = checked.table, checked.quarantined
    read, bad = (int(checked.counts[name].sum()) for name in ("rows_read", "rows_quarantined"))
    if bad <= table.quarantine.maximum_share * read:
        return
    broken = "; ".join(f"'{expectation}' ({count:,} rows)" for expectation, count in checked.reasons.items())
    most_frequent = next(iter(checked.reasons))
    # The columns that the expectation speaks of, beside the key.
    spoken_of = most_frequent.split(":")[0].split(", ")
    shown = dict.fromkeys((*table.key, *(name for name in table.columns if name in spoken_of)))
    columns = [LINE_COLUMN] if spoken_of == ["line"] else list(shown)
    examples = (
        rows.filter(rows[REASON_COLUMN].contains(most_frequent))
        .select(FILE_COLUMN, *columns)
        .order_by(FILE_COLUMN, *columns)
        .limit(EXAMPLES)
        .execute()
    )
    lines: list[str] = []
    for row in examples.to_dict("records"):
        values = ", ".join(f"{name} {'null' if row[name] is None else row[name]}" for name in columns)
        lines.append(f"{values} in {logs}/{row[FILE_COLUMN]}")
    raise ContractError(
        f"{logs / table.name}: {bad:,} of {read:,} rows ({bad / read:.1%}) break the contract, at most "
        f"{table.quarantine.maximum_share:.1%} may: {broken}. Examples of the first: {'; '.join(lines)}. Correct "
        f"these files, or raise quarantine.maximum_share in schemas/logs/{table.name}.yaml where the loss is "
        "known and accepted"
    )
