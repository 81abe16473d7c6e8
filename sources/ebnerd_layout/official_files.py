"""Reads the files of EB-NeRD's official layout and refuses what is not there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pyarrow
import pyarrow.parquet

from schemas.errors import ContractError

SPLITS = ("train", "validation")
REMEDY = "give --input the folder of an official bundle (articles.parquet, train/, validation/; see recsys.eb.dk)"

KINDS: dict[str, Callable[[pyarrow.DataType], bool]] = {
    "whole number": pyarrow.types.is_integer,
    "number": lambda kind: pyarrow.types.is_floating(kind) or pyarrow.types.is_integer(kind),
    "time": pyarrow.types.is_timestamp,
    "list": lambda kind: pyarrow.types.is_list(kind) or pyarrow.types.is_large_list(kind),
}


def read_official(bundle: Path, name: str, needed: Mapping[str, str], wished: Sequence[str] = ()) -> pyarrow.Table:
    """Reads some columns of one file.

    Args:
        bundle: The official folder.
        name: The file in it, for example `train/behaviors.parquet`.
        needed: Columns that must be there, with a key of KINDS for each.
        wished: Columns that some bundles lack.

    Returns:
        The table, with the needed columns and those of the wished that are there.

    Raises:
        ContractError: The file is missing or not Parquet, lacks a needed column, or has no rows; a needed column has
            another type.
    """
    path = bundle / name
    if not path.is_file():
        raise ContractError(f"{path}: not found; {REMEDY}")
    try:
        schema = pyarrow.parquet.read_schema(path)
        present = schema.names
        missing = [column for column in needed if column not in present]
        if missing:
            raise ContractError(
                f"{path}: column '{missing[0]}' is missing (found: {', '.join(present)}); download the file anew"
            )
        for column, kind in needed.items():
            if not KINDS[kind](schema.field(column).type):
                found = schema.field(column).type
                raise ContractError(f"{path}: column '{column}' is {found}, not a {kind}; download the file anew")
        table = pyarrow.parquet.read_table(path, columns=[*needed, *(column for column in wished if column in present)])
    except (pyarrow.ArrowException, OSError) as error:
        raise ContractError(f"{path}: not readable as Parquet ({error}); download the file anew") from error
    if table.num_rows == 0:
        raise ContractError(f"{path}: holds no rows; download the file anew")
    return table
