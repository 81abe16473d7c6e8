"""Declared attributes of a graph's nodes: categories or numbers, by column."""

from __future__ import annotations

import dataclasses
from typing import TypeAlias

import numpy
import numpy.typing
import pyarrow
import pyarrow.compute

from schemas.graph_artifact import FloatArray, IntArray

NOT_DECLARED = ("id", "first_seen", "views", "clicks")
"""Columns of a node table that say what happened to the node, or which one it is, instead of what it is like."""


@dataclasses.dataclass(frozen=True)
class Categories:
    """A column of text, or of true and false.

    Attributes:
        names: The distinct values, sorted.
        code: Of each node, the position among the names; -1 where it has none [nodes].
    """

    names: tuple[str, ...]
    code: IntArray


@dataclasses.dataclass(frozen=True)
class Numbers:
    """A column of numbers.

    Attributes:
        value: Of each node, NaN where it has none [nodes].
    """

    value: FloatArray


Attribute: TypeAlias = Categories | Numbers


def declared_attributes(nodes: pyarrow.Table) -> dict[str, Attribute]:
    """The declared attributes in a node table of the graph artifact, by column; instants are none."""
    result: dict[str, Attribute] = {}
    for name in nodes.column_names:
        column = nodes[name].combine_chunks()
        if name in NOT_DECLARED or pyarrow.types.is_timestamp(column.type):
            continue
        if pyarrow.types.is_string(column.type) or pyarrow.types.is_boolean(column.type):
            result[name] = _categories(column.cast(pyarrow.string()))
        elif pyarrow.types.is_integer(column.type) or pyarrow.types.is_floating(column.type):
            value = column.cast(pyarrow.float32(), safe=False).to_numpy(zero_copy_only=False)
            result[name] = Numbers(numpy.array(value, dtype=numpy.float32))
    return result


def _categories(column: pyarrow.Array) -> Categories:
    names = pyarrow.compute.unique(column.drop_null()).sort()
    code = pyarrow.compute.index_in(column, value_set=names).fill_null(-1)
    return Categories(tuple(names.to_pylist()), code.to_numpy(zero_copy_only=False).astype(numpy.int64))
