"""The log contract: schemas/logs/*.yaml as objects. Types, keys, ranges and limits are declared there only."""

from __future__ import annotations

import functools
import importlib.resources
from importlib.resources.abc import Traversable
from typing import Literal

import pyarrow
import pydantic

from schemas.drift_limits import ColumnDrift, DriftLimit, TableDrift, Volume
from schemas.errors import ContractError
from schemas.settings import Settings, parse_settings, read_yaml

# Not a path: on a cluster the project lies in a zip file.
CONTRACT_FOLDER: Traversable = importlib.resources.files("schemas") / "logs"

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
        drift: Limits that replace those of the table.
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
    drift: ColumnDrift = ColumnDrift()

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
    """One declared table.

    Attributes:
        name: The name of its file and of its folder in the logs.
        optional: Whether the whole table may be absent.
        key: The columns whose values together occur once.
        partitioned_by: The timestamp column whose UTC day is the partition.
        quarantine: How many bad rows are put up with.
        volume: How few rows are put up with.
        drift: How much a day may differ from the days before; absent where days are not compared.
    """

    name: str
    description: str
    optional: bool
    key: tuple[str, ...]
    columns: dict[str, Column]
    quarantine: Quarantine
    partitioned_by: str | None = None
    volume: Volume = Volume()
    drift: TableDrift | None = None

    @pydantic.model_validator(mode="after")
    def _limits_have_days(self) -> Table:
        if self.partitioned_by is None and (self.drift is not None or self.volume.minimum_rows_per_day):
            raise ValueError("'drift' and 'volume.minimum_rows_per_day' need 'partitioned_by': there are no days")
        if self.partitioned_by is not None and self.volume.minimum_rows:
            raise ValueError("'volume.minimum_rows' is for tables without partitions; use minimum_rows_per_day")
        return self

    def drift_limit(self, column: Column, measure: str) -> DriftLimit:
        """The limit of a measure of a column: the column's own, else the table's, else none.

        Args:
            column: A column of this table, or of one that describes its rows.
            measure: A field of ColumnDrift.
        """
        limit: DriftLimit | None = getattr(column.drift, measure, None) or getattr(self.drift, measure, None)
        return limit if limit is not None else DriftLimit()

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
def log_contract(folder: Traversable = CONTRACT_FOLDER) -> dict[str, Table]:
    """Reads every table of the contract.

    Args:
        folder: Where the YAML files lie, one a table.

    Returns:
        Tables by name, sorted by name.

    Raises:
        ContractError: A file has an unknown key or type.
    """
    files = {entry.name.removesuffix(".yaml"): entry for entry in folder.iterdir() if entry.name.endswith(".yaml")}
    if not files:
        raise ContractError(f"{folder}: no table of the log contract (*.yaml) found")
    declared = {name: {"name": name, **read_yaml(files[name])} for name in sorted(files)}
    return {name: parse_settings(Table, values, str(files[name])) for name, values in declared.items()}
