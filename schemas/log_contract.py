"""The log contract: schemas/logs/*.yaml as objects. Types, keys, ranges and references are declared there only."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Literal

import pyarrow
import pydantic

from schemas.errors import ContractError
from schemas.settings import Settings, parse_settings, read_yaml

CONTRACT_FOLDER = Path(__file__).parent / "logs"

ARROW_TYPES: dict[str, pyarrow.DataType] = {
    "string": pyarrow.string(),
    "timestamp": pyarrow.timestamp("us", tz="UTC"),
    "bool": pyarrow.bool_(),
    "int8": pyarrow.int8(),
    "int32": pyarrow.int32(),
    "int64": pyarrow.int64(),
    "float32": pyarrow.float32(),
    "float64": pyarrow.float64(),
    "list<string>": pyarrow.list_(pyarrow.string()),
    "list<float32>": pyarrow.list_(pyarrow.float32()),
}


class Column(Settings):
    """One declared column.

    Attributes:
        type: A key of ARROW_TYPES.
        nullable: Whether single values may be null.
        optional: Whether the whole column may be absent (it is then null everywhere).
        references: `table.column` in which every value (every element of a list) must occur.
        unique_in: Within one value of that column, each value of this one occurs at most once.
        only_where: The value must be null unless that column is 1.
        length, maximum_length: Exact and largest number of elements of a list.
        finite: NaN and infinity are refused.
        role: `context` (known at the request) or `attribute` (of a node); such columns can become ranking features.
    """

    type: str
    description: str
    nullable: bool = True
    optional: bool = False
    minimum: float | None = None
    maximum: float | None = None
    allowed: tuple[str | int, ...] | None = None
    references: str | None = None
    unique_in: str | None = None
    only_where: str | None = None
    length: int | None = None
    maximum_length: int | None = None
    finite: bool = False
    role: Literal["context", "attribute"] | None = None

    @pydantic.field_validator("type")
    @classmethod
    def _known_type(cls, value: str) -> str:
        if value not in ARROW_TYPES:
            raise ValueError(f"unknown type '{value}'; known types: {', '.join(ARROW_TYPES)}")
        return value


class Quarantine(Settings):
    """How large a share of a table's rows may be put aside before the step fails."""

    maximum_share: float = pydantic.Field(ge=0, le=1)


class Table(Settings):
    """One declared table; `partitioned_by` names the timestamp column whose UTC day is the partition."""

    name: str
    description: str
    optional: bool
    key: tuple[str, ...]
    columns: dict[str, Column]
    quarantine: Quarantine
    partitioned_by: str | None = None

    @property
    def arrow_schema(self) -> pyarrow.Schema:
        """The schema that every validated file of the table has, optional columns included."""
        return pyarrow.schema(
            [
                pyarrow.field(name, ARROW_TYPES[column.type], nullable=column.nullable)
                for name, column in self.columns.items()
            ]
        )

    def columns_with_role(self, role: str) -> list[str]:
        """Names of the columns declared with that role, in declared order."""
        return [name for name, column in self.columns.items() if column.role == role]


@functools.cache
def log_contract(folder: Path = CONTRACT_FOLDER) -> dict[str, Table]:
    """Reads every table of the contract.

    Args:
        folder: Where the YAML files lie, one a table.

    Returns:
        Tables by name, sorted by name.

    Raises:
        ContractError: A file has an unknown key or type.
    """
    paths = sorted(folder.glob("*.yaml"))
    if not paths:
        raise ContractError(f"{folder}: no table of the log contract (*.yaml) found")
    return {path.stem: parse_settings(Table, {"name": path.stem, **read_yaml(path)}, str(path)) for path in paths}
