"""What a single row must hold, generated from the log contract as Ibis expressions."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator

import ibis
import ibis.expr.types
import numpy

from components.validate_logs.source_rows import contract_type
from components.validate_logs.wide_file import LINE_COLUMN, misfit_column
from schemas.log_contract import Column, Table

MISPLACED_COLUMN = "misplaced"
NEVER = ibis.literal(False)
LARGEST_FLOAT = float(numpy.finfo(numpy.float32).max)

Condition = Callable[[ibis.expr.types.Table], ibis.expr.types.BooleanValue]


@dataclasses.dataclass(frozen=True)
class RowRule:
    """One rule that tells a bad row by itself.

    Attributes:
        expectation: What the row breaks, in words; starts with the column's name.
        broken: From rows as source_rows gives them, with MISPLACED_COLUMN: true for a bad row; false or null else.
    """

    expectation: str
    broken: Condition


def row_rules(table: Table) -> list[RowRule]:
    """The rule of the line, those of each column, then the one of the partition."""
    rules = [RowRule("line: not a JSON object", lambda rows: _is_set(rows, LINE_COLUMN))]
    for name, column in table.columns.items():
        rules += [RowRule(f"{name}: {words}", broken) for words, broken in _column_rules(table, name, column)]
    if table.partitioned_by is not None:
        words = f"{table.partitioned_by}: outside the day of its partition"
        rules.append(RowRule(words, lambda rows: rows[MISPLACED_COLUMN]))
    return rules


def _column_rules(table: Table, name: str, column: Column) -> Iterator[tuple[str, Condition]]:
    def fitting(rows: ibis.expr.types.Table) -> ibis.expr.types.Value:
        """The values without those that do not fit the type: one fault is enough."""
        too_large = _too_large(rows[name], column)
        return rows[name] if too_large.equals(NEVER) else too_large.ifelse(ibis.null(rows[name].type()), rows[name])

    is_list, is_float = column.type.startswith("list"), "float" in column.type
    if not column.nullable:
        yield (
            "null",
            lambda rows: is_null(rows[name]) & ~_is_set(rows, misfit_column(name)) & ~_is_set(rows, LINE_COLUMN),
        )
    if name in table.key and column.type == "string":
        yield "empty", lambda rows: rows[name] == ""
    yield (
        f"does not fit {column.type}",
        lambda rows: _is_set(rows, misfit_column(name)) | _too_large(rows[name], column),
    )
    if is_list:
        yield "has a null element", lambda rows: _some(fitting(rows), is_null)
    # NaN and infinity lie in no range either.
    ranged = column.minimum is not None or column.maximum is not None
    if is_float and (column.finite or ranged):
        yield "not finite", lambda rows: not_finite(fitting(rows))
    if ranged:
        yield f"outside {_bounds(column)}", lambda rows: _outside(fitting(rows), column)
    if column.allowed is not None:
        yield f"not one of {described(column.allowed)}", lambda rows: fitting(rows).notin(column.allowed)
    if column.length is not None:
        yield f"not {column.length} elements", lambda rows: fitting(rows).length() != column.length
    if column.maximum_length is not None:
        yield f"more than {column.maximum_length} elements", lambda rows: fitting(rows).length() > column.maximum_length
    if column.only_where is not None:
        yield (
            f"present where {column.only_where} is not 1",
            lambda rows: rows[name].notnull() & (rows[column.only_where] != 1).fill_null(True),
        )


def described(allowed: tuple[str | int, ...]) -> str:
    """Allowed values as results name them."""
    return ", ".join(repr(value) for value in allowed)


def is_null(value: ibis.expr.types.Value) -> ibis.expr.types.BooleanValue:
    """Whether there is no value. Ibis' own test takes NaN for null on Spark; equality is null for nulls only."""
    return (value == value).isnull() if value.type().is_floating() else value.isnull()


def not_finite(value: ibis.expr.types.Value) -> ibis.expr.types.BooleanValue:
    """Whether a number, or some element of a list, is NaN or infinite."""
    if value.type().is_array():
        return _some(value, not_finite)
    # Only of finite numbers the difference is a number; Ibis' own test for infinity finds none on Spark.
    return (value - value).isnan() if value.type().is_floating() else NEVER


def _is_set(rows: ibis.expr.types.Table, name: str) -> ibis.expr.types.BooleanValue:
    """Whether a column that only wide files have holds something."""
    return rows[name].notnull() if name in rows.columns else NEVER


def _too_large(value: ibis.expr.types.Value, column: Column) -> ibis.expr.types.BooleanValue:
    """Whether a value of a wide type would not survive the cast to the contract's."""
    if value.type() == contract_type(column.type):
        return NEVER
    if value.type().is_array():
        return _some(value, _beyond_float)
    if value.type().is_floating():
        return _beyond_float(value)
    bounds = numpy.iinfo(column.type)
    return (value < int(bounds.min)) | (value > int(bounds.max))


def _beyond_float(value: ibis.expr.types.Value) -> ibis.expr.types.BooleanValue:
    return ~not_finite(value) & (value.abs() > LARGEST_FLOAT)


def _some(values: ibis.expr.types.ArrayValue, broken: Condition) -> ibis.expr.types.BooleanValue:
    return values.filter(broken).length() > 0


def _outside(value: ibis.expr.types.Value, column: Column) -> ibis.expr.types.BooleanValue:
    # Whole numbers are compared as such: an engine would turn every value into a decimal otherwise.
    kind = int if value.type().is_integer() else float
    outside: ibis.expr.types.BooleanValue = NEVER
    if column.minimum is not None:
        outside |= value < kind(math.ceil(column.minimum) if kind is int else column.minimum)
    if column.maximum is not None:
        outside |= value > kind(math.floor(column.maximum) if kind is int else column.maximum)
    return outside


def _bounds(column: Column) -> str:
    lower = "" if column.minimum is None else f"{column.minimum:g}"
    upper = "" if column.maximum is None else f"{column.maximum:g}"
    return f"{lower}..{upper}"
