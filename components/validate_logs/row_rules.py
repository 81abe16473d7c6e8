"""What a single row must hold, generated from the log contract as SQL."""

from __future__ import annotations

import dataclasses

from components.validate_logs.source_rows import DAY_COLUMN, FILE_COLUMN
from components.validate_logs.sql_text import DUCKDB_TYPES, literal, quoted, quoted_names
from schemas.log_contract import Column, Table

NARROWER_THAN_SOURCE = frozenset({"int8", "int32", "int64", "float32", "float64", "list<float32>"})


@dataclasses.dataclass(frozen=True)
class RowRule:
    """One rule that tells a bad row by itself.

    Attributes:
        expectation: What the row breaks, in words; starts with the column's name.
        condition: SQL that is true for a bad row.
    """

    expectation: str
    condition: str


@dataclasses.dataclass(frozen=True)
class TableRule:
    """One rule that tells bad rows by comparing them with others.

    Attributes:
        expectation: What the rows break, in words; starts with the columns' names.
        bad_rows: SQL that selects the `rowid` of bad rows among those that no earlier rule took.
    """

    expectation: str
    bad_rows: str


def row_rules(table: Table) -> list[RowRule]:
    """The rules of each column, then the one of the partition."""
    rules = [rule for name, column in table.columns.items() for rule in _column_rules(table, name, column)]
    if table.partitioned_by is not None:
        condition = f"CAST({quoted(table.partitioned_by)} AS DATE) <> {DAY_COLUMN}"
        rules.append(RowRule(f"{table.partitioned_by}: outside the day of its partition", condition))
    return rules


def table_rules(table: Table, rows: str, accepted_rows: dict[str, str]) -> list[TableRule]:
    """References, then duplicates, then repeated values; each sees only rows that no earlier rule took.

    Args:
        table: The declared table.
        rows: SQL name of the table's rows, with a `reason` that is null for rows without fault so far.
        accepted_rows: SQL source of the accepted rows of each table that is referenced.
    """
    rules: list[TableRule] = []
    for name, column in table.columns.items():
        if column.references is not None:
            target, key = column.references.split(".")
            value = f"unnest({quoted(name)})" if column.type.startswith("list") else quoted(name)
            bad_rows = (
                f"SELECT rowid FROM (SELECT rowid, {value} AS value FROM {rows} WHERE reason IS NULL) "
                f"WHERE value NOT IN (SELECT {quoted(key)} FROM {accepted_rows[target]})"
            )
            rules.append(TableRule(f"{name}: unknown in {column.references}", bad_rows))
    rules.append(TableRule(f"{', '.join(table.key)}: duplicate", _repeats(table, rows, table.key)))
    for name, column in table.columns.items():
        if column.unique_in is not None:
            bad_rows = _repeats(table, rows, (column.unique_in, name))
            rules.append(TableRule(f"{name}: repeated within one {column.unique_in}", bad_rows))
    return rules


def _repeats(table: Table, rows: str, columns: tuple[str, ...]) -> str:
    """All but the first row of each value; first by time, file and content, whatever the order of reading."""
    by_time = () if table.partitioned_by is None else (table.partitioned_by,)
    order = quoted_names((*by_time, FILE_COLUMN, *table.columns))
    value = quoted_names(columns)
    present = " AND ".join(f"{quoted(name)} IS NOT NULL" for name in columns)
    candidates = f"SELECT rowid, * FROM {rows} WHERE reason IS NULL AND {present}"
    # Counting first is cheap; only the few repeated values are then put in order.
    repeated = f"SELECT {value} FROM ({candidates}) GROUP BY ALL HAVING count(*) > 1"
    occurrences = (
        f"SELECT rowid, row_number() OVER (PARTITION BY {value} ORDER BY {order}) AS occurrence "
        f"FROM ({candidates}) SEMI JOIN ({repeated}) USING ({value})"
    )
    return f"SELECT rowid FROM ({occurrences}) WHERE occurrence > 1"


def _column_rules(table: Table, name: str, column: Column) -> list[RowRule]:
    source, target = quoted(name), DUCKDB_TYPES[column.type]
    value = f"TRY_CAST({source} AS {target})" if column.type in NARROWER_THAN_SOURCE else source
    is_list, is_float = column.type.startswith("list"), column.type.startswith("float")
    conditions: dict[str, str | None] = {
        "null": f"{source} IS NULL" if not column.nullable else None,
        "empty": f"{source} = ''" if name in table.key and column.type == "string" else None,
        f"does not fit {column.type}": f"{source} IS NOT NULL AND {value} IS NULL" if value != source else None,
        "has a null element": f"len(list_filter({value}, element -> element IS NULL)) > 0" if is_list else None,
        "not finite": _not_finite(value, column) if is_list or is_float else None,
    }
    if column.minimum is not None or column.maximum is not None:
        lower, upper = f"{value} < {column.minimum}", f"{value} > {column.maximum}"
        parts = [part for part, bound in ((lower, column.minimum), (upper, column.maximum)) if bound is not None]
        conditions[f"outside {_bounds(column)}"] = " OR ".join(parts)
    if column.allowed is not None:
        allowed = ", ".join(literal(item) for item in column.allowed)
        conditions[f"not one of {allowed}"] = f"{value} NOT IN ({allowed})"
    if column.length is not None:
        conditions[f"not {column.length} elements"] = f"len({value}) <> {column.length}"
    if column.maximum_length is not None:
        conditions[f"more than {column.maximum_length} elements"] = f"len({value}) > {column.maximum_length}"
    if column.only_where is not None:
        where = quoted(column.only_where)
        conditions[f"present where {column.only_where} is not 1"] = (
            f"{source} IS NOT NULL AND {where} IS DISTINCT FROM 1"
        )
    return [RowRule(f"{name}: {words}", condition) for words, condition in conditions.items() if condition is not None]


def _bounds(column: Column) -> str:
    lower = "" if column.minimum is None else f"{column.minimum:g}"
    upper = "" if column.maximum is None else f"{column.maximum:g}"
    return f"{lower}..{upper}"


def _not_finite(value: str, column: Column) -> str | None:
    if column.type.startswith("list"):
        return f"len(list_filter({value}, element -> NOT isfinite(element))) > 0" if column.finite else None
    # NaN and infinity lie in no range either.
    ranged = column.minimum is not None or column.maximum is not None
    return f"NOT isfinite({value})" if column.finite or ranged else None
