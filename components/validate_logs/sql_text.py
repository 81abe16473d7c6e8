"""Names and values as they are written inside SQL, and the contract's types as DuckDB knows them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

DUCKDB_TYPES: dict[str, str] = {
    "string": "VARCHAR",
    "timestamp": "TIMESTAMP",
    "bool": "BOOLEAN",
    "int8": "TINYINT",
    "int32": "INTEGER",
    "int64": "BIGINT",
    "float32": "FLOAT",
    "float64": "DOUBLE",
    "list<string>": "VARCHAR[]",
    "list<float32>": "FLOAT[]",
}
"""Contract type to DuckDB type; timestamps are UTC without a zone inside DuckDB."""


def quoted(name: str) -> str:
    """A table or column name."""
    return '"' + name.replace('"', '""') + '"'


def quoted_names(names: Iterable[str]) -> str:
    """Several names, separated by commas."""
    return ", ".join(quoted(name) for name in names)


def literal(value: str | int | float) -> str:
    """A text or number as a literal."""
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else repr(value)


def path_list(paths: Iterable[Path]) -> str:
    """Paths as a list literal, with the characters that DuckDB would expand as a pattern escaped."""
    patterns = str.maketrans({"[": "[[]", "*": "[*]", "?": "[?]"})
    return "[" + ", ".join(literal(str(path.resolve()).translate(patterns)) for path in paths) + "]"
