"""Which declared columns have a distribution, and what its values are."""

from __future__ import annotations

import dataclasses

import ibis.expr.types

from components.engine.engine import Engine
from components.validate_logs.drift.results import ColumnKind
from schemas.instants import HOUR
from schemas.log_contract import Column, Table

BINS_PER_DOUBLING = 32
ZERO_BIN = 1 << 20


@dataclasses.dataclass(frozen=True)
class ComparedColumn:
    """A column whose values are compared by their distribution.

    Attributes:
        name: The column's name.
        declared: Its declaration.
        kind: Categories are strings with allowed values or a role, bools, and numbers with allowed values; other
            strings are ids. A list is compared by its number of elements.
    """

    name: str
    declared: Column
    kind: ColumnKind


def compared_columns(table: Table) -> list[ComparedColumn]:
    """The columns of a table that are no ids and no vectors, in declared order."""
    return [
        ComparedColumn(name, column, kind)
        for name, column in table.columns.items()
        if (kind := _kind(column)) is not None
    ]


def described_by(table: Table, name: str, contract: dict[str, Table]) -> Table | None:
    """The table without partitions that describes the ids of a column: the one referenced, else the one with that key.

    Args:
        table: The table of the column.
        name: The column.
        contract: The declared tables.
    """
    reference = table.columns[name].references
    if reference is not None:
        target = contract.get(reference.split(".")[0])
        return target if target is not None and target.partitioned_by is None else None
    return next((other for other in contract.values() if other.partitioned_by is None and other.key == (name,)), None)


def bin_of(engine: Engine, rows: ibis.expr.types.Table, column: ComparedColumn, exact: bool) -> ibis.expr.types.Value:
    """The bin of a column's value: of a category the value itself, else an integer; null where there is no value.

    Args:
        engine: Whose rows these are.
        rows: Rows with the column.
        column: The column.
        exact: Whether each number is its own bin; else 32 bins lie between a number and its double (2 % wide), a
            histogram that needs no limits beforehand (C. Masson et al., "DDSketch", VLDB 2019, section 2).
    """
    value = rows[column.name]
    if column.kind == "category":
        return value
    if column.kind == "hour":
        return (engine.microseconds(value) // HOUR) % 24
    if column.declared.type.startswith("list"):
        value = value.length()
    if exact:
        return value.cast("int64")
    number = value.cast("float64")
    if column.declared.type.startswith("float"):
        # Not isinf, which Ibis translates to nothing that is ever true on Spark.
        number = ibis.ifelse(number.isnan() | (number.abs() == float("inf")), ibis.null("float64"), number)
    # Logarithms of powers of two must not fall below the whole number on one engine and not on another.
    size = ((number.abs().nullif(0).log2() * BINS_PER_DOUBLING + 1e-6).floor()).cast("int64") + ZERO_BIN
    return ibis.cases((number > 0, size), (number < 0, -size), (number == 0, 0))


def lower_edge(bin_number: int, exact: bool) -> float:
    """The lower edge (of negative numbers the upper one) of a bin."""
    if exact or bin_number == 0:
        return float(bin_number)
    size: float = 2.0 ** ((abs(bin_number) - ZERO_BIN) / BINS_PER_DOUBLING)
    return size if bin_number > 0 else -size


def _kind(column: Column) -> ColumnKind | None:
    if column.type == "string":
        return "category" if column.allowed is not None or column.role is not None else None
    if column.type == "bool" or column.allowed is not None:
        return "category"
    if column.type == "timestamp":
        return "hour"
    if column.type.startswith("list"):
        # Vectors have the same length in every row.
        return "number" if column.length is None else None
    return "number"
