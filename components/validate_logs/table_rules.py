"""What rows must hold together with others: references between tables, keys, and values that may not repeat."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import ibis.expr.types

from schemas.log_contract import Table


@dataclasses.dataclass(frozen=True)
class ReferenceRule:
    """Every value (every element of a list) of a column must be a key of another table.

    Attributes:
        expectation: What the rows break, in words; starts with the column's name.
        column: The column.
        target: `table.column` of the keys.
        is_list: Whether the column holds lists.
    """

    expectation: str
    column: str
    target: str
    is_list: bool


@dataclasses.dataclass(frozen=True)
class RepetitionRule:
    """Some columns together must not have the same values twice; rows with a null among them are left alone.

    Attributes:
        expectation: What the rows break, in words; starts with the columns' names.
        columns: The columns.
    """

    expectation: str
    columns: tuple[str, ...]


def reference_rules(table: Table) -> list[ReferenceRule]:
    """The references of a table, in declared order."""
    return [
        ReferenceRule(
            f"{name}: unknown in {column.references}", name, column.references, column.type.startswith("list")
        )
        for name, column in table.columns.items()
        if column.references is not None
    ]


def repetition_rules(table: Table) -> list[RepetitionRule]:
    """The key, then the columns that are unique within another; each sees only rows that no earlier rule took."""
    rules = [RepetitionRule(f"{', '.join(table.key)}: duplicate", table.key)]
    for name, column in table.columns.items():
        if column.unique_in is not None:
            rules.append(RepetitionRule(f"{name}: repeated within one {column.unique_in}", (column.unique_in, name)))
    return rules


def unknown_column(rule: ReferenceRule) -> str:
    """The column that with_references adds for a rule."""
    return f"unknown {rule.column}"


def with_references(
    rows: ibis.expr.types.Table, table: Table, keys: Mapping[str, ibis.expr.types.Table]
) -> ibis.expr.types.Table:
    """Adds to each row whether its references are broken.

    Args:
        rows: With the declared columns.
        table: The declared table.
        keys: By `table.column`: the accepted keys of the tables that this one references, one column named `key`.

    Returns:
        The rows with an unknown_column (boolean, without null) for every reference rule.
    """
    for rule in reference_rules(table):
        value, marker = rows[rule.column], f"found for {rule.column}"
        if rule.is_list:
            # Few lists are broken: these are looked up, not all elements of all lists.
            elements = rows.select(list=value, element=value.unnest())
            unknown = elements.filter(elements.element.notnull()).anti_join(
                keys[rule.target], elements.element == keys[rule.target].key
            )
            lists = unknown.select(marker_list="list").distinct()
            rows = rows.left_join(lists, value == lists.marker_list)
            broken = rows.marker_list.notnull()
            rows = rows.mutate(**{unknown_column(rule): broken}).drop("marker_list")
        else:
            known = keys[rule.target].rename({marker: "key"})
            rows = rows.left_join(known, value == known[marker])
            broken = rows[rule.column].notnull() & rows[marker].isnull()
            rows = rows.mutate(**{unknown_column(rule): broken}).drop(marker)
    return rows
