"""Reads one table, puts its bad rows aside with the reason, and refuses a table with too many of them."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import duckdb
import pyarrow
import pyarrow.parquet

from components.validate_logs.log_files import LogFile
from components.validate_logs.log_window import LogWindow
from components.validate_logs.row_rules import row_rules, table_rules
from components.validate_logs.source_columns import check_columns, source_columns, unreadable
from components.validate_logs.source_rows import DAY_COLUMN, FILE_COLUMN, source_query
from components.validate_logs.sql_text import DUCKDB_TYPES, literal, quoted, quoted_names
from schemas.errors import ContractError
from schemas.instants import Instant
from schemas.log_contract import Table

EXAMPLES = 3


@dataclasses.dataclass(frozen=True)
class CheckedTable:
    """One table after the row rules, inside DuckDB.

    Attributes:
        table: The declared table.
        rows: SQL name of its rows of the window: the source's columns, file, partition day and `reason`.
        outside_window: Rows of its files that belong to another run: neither read nor counted.
        undeclared: Columns of its files that the contract does not know; they are left behind.
    """

    table: Table
    rows: str
    outside_window: int
    undeclared: tuple[str, ...]

    @property
    def accepted(self) -> str:
        """SQL source of the accepted rows, in the contract's types."""
        columns = ", ".join(
            f"TRY_CAST({quoted(name)} AS {DUCKDB_TYPES[column.type]}) AS {quoted(name)}"
            for name, column in self.table.columns.items()
        )
        return f"(SELECT {columns}, {DAY_COLUMN} FROM {self.rows} WHERE reason IS NULL)"


def check_table(
    connection: duckdb.DuckDBPyConnection,
    logs: Path,
    table: Table,
    files: list[LogFile],
    window: LogWindow,
    accepted: dict[str, str],
) -> CheckedTable:
    """Reads a table and marks its bad rows.

    Args:
        connection: Holds the rows of all tables.
        logs: The log folder.
        table: The declared table.
        files: The table's files.
        window: The run's instants.
        accepted: SQL source of the accepted rows of the tables that this one references.

    Raises:
        ContractError: A file cannot be read, lacks a column, or has one of a wrong type.
    """
    kinds = [(file, source_columns(connection, file)) for file in files]
    for file, columns in kinds:
        if columns:
            check_columns(table, file, columns)
    undeclared = tuple(sorted({name for _, columns in kinds for name in columns} - set(table.columns)))
    rows = quoted(f"rows_of_{table.name}")
    inside = _inside(table, window)
    reasons = ", ".join(f"CASE WHEN {rule.condition} THEN {literal(rule.expectation)} END" for rule in row_rules(table))
    try:
        source = source_query(logs, table, kinds)
        connection.execute(
            f"CREATE TABLE {rows} AS SELECT *, nullif(concat_ws('; ', {reasons}), '') AS reason "
            f"FROM ({source}) WHERE {inside}"
        )
        outside = connection.sql(f"SELECT count(*) FROM ({source}) WHERE NOT {inside}").fetchall()[0][0]
    except duckdb.Error as error:
        raise _blame(connection, logs, table, kinds, error) from error
    for rule in table_rules(table, rows, accepted):
        connection.execute(f"UPDATE {rows} SET reason = {literal(rule.expectation)} WHERE rowid IN ({rule.bad_rows})")
    return CheckedTable(table, rows, outside, undeclared)


def refuse_beyond_share(connection: duckdb.DuckDBPyConnection, logs: Path, checked: CheckedTable) -> None:
    """Refuses a table of which more than the declared share was put aside.

    Raises:
        ContractError: The message names the expectations, how many rows broke each, three examples and their files.
    """
    table, rows = checked.table, checked.rows
    read, bad = connection.sql(f"SELECT count(*), count(reason) FROM {rows}").fetchall()[0]
    if bad <= table.quarantine.maximum_share * read:
        return
    reasons = reason_counts(connection, checked)
    broken = "; ".join(f"'{expectation}' ({count:,} rows)" for expectation, count in reasons.items())
    most_frequent = next(iter(reasons))
    # The columns that the expectation speaks of, beside the key.
    shown = dict.fromkeys(
        (*table.key, *(name for name in table.columns if name in most_frequent.split(":")[0].split(", ")))
    )
    values = ", ', ', ".join(f"'{name} ', coalesce(CAST({quoted(name)} AS VARCHAR), 'null')" for name in shown)
    examples = connection.sql(
        f"SELECT concat({values}, ' in ', {literal(f'{logs}/')}, {FILE_COLUMN}) AS example FROM {rows} "
        f"WHERE contains(reason, {literal(most_frequent)}) ORDER BY {FILE_COLUMN}, example LIMIT {EXAMPLES}"
    ).fetchall()
    raise ContractError(
        f"{logs / table.name}: {bad:,} of {read:,} rows ({bad / read:.1%}) break the contract, at most "
        f"{table.quarantine.maximum_share:.1%} may: {broken}. Examples of the first: "
        f"{'; '.join(example for (example,) in examples)}. Correct these files, or raise quarantine.maximum_share in "
        f"schemas/logs/{table.name}.yaml where the loss is known and accepted"
    )


def reason_counts(connection: duckdb.DuckDBPyConnection, checked: CheckedTable) -> dict[str, int]:
    """How many rows broke each expectation, most frequent first; a row may break several."""
    query = f"SELECT unnest(string_split(reason, '; ')) AS one FROM {checked.rows} WHERE reason IS NOT NULL"
    counts = connection.sql(f"SELECT one, count(*) FROM ({query}) GROUP BY one ORDER BY count(*) DESC, one").fetchall()
    return dict(counts)


def write_quarantine(connection: duckdb.DuckDBPyConnection, checked: CheckedTable, path: Path) -> None:
    """Writes the bad rows of a table: the source's columns as text, the reason, the file and the partition's day."""
    names = [*checked.table.columns, "reason", FILE_COLUMN, DAY_COLUMN]
    columns = ", ".join(f"CAST({quoted(name)} AS VARCHAR) AS {quoted(name)}" for name in names)
    rows = connection.sql(
        f"SELECT {columns} FROM {checked.rows} WHERE reason IS NOT NULL ORDER BY {quoted_names((FILE_COLUMN, *names))}"
    ).to_arrow_table()
    pyarrow.parquet.write_table(rows.combine_chunks(), path)


def _inside(table: Table, window: LogWindow) -> str:
    """True for rows of the window, and for those whose place in time is itself a fault."""
    if table.partitioned_by is None:
        return "true"
    time = quoted(table.partitioned_by)
    conditions = [f"{time} < make_timestamp({window.end})"]
    first: Instant | None = window.first_instant(table)
    if first is not None:
        conditions.append(f"{time} >= make_timestamp({first})")
    return f"({time} IS NULL OR CAST({time} AS DATE) <> {DAY_COLUMN} OR ({' AND '.join(conditions)}))"


def _blame(
    connection: duckdb.DuckDBPyConnection,
    logs: Path,
    table: Table,
    kinds: list[tuple[LogFile, dict[str, str]]],
    error: duckdb.Error,
) -> ContractError | duckdb.Error:
    """The refusal of the first file that cannot be read alone; the error itself where each can."""
    for file, columns in kinds:
        try:
            connection.execute(f"CREATE OR REPLACE TEMP TABLE probe AS {source_query(logs, table, [(file, columns)])}")
        except duckdb.Error as reason:
            return unreadable(file, reason)
    return error
