"""Reads tab-separated files without header or quotes, a batch of whole lines at a time."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow
import pyarrow.compute
import pyarrow.csv

from schemas.errors import ContractError

BATCH_BYTES = 32 * 1024 * 1024
SHOWN_CHARACTERS = 60


@dataclasses.dataclass(frozen=True)
class Lines:
    """Some lines of one file.

    Attributes:
        path: The file.
        first_line: Number of the first of them, 1 at the top of the file.
        columns: Text columns, one row a line.
    """

    path: Path
    first_line: int
    columns: pyarrow.Table

    def refuse_where(self, bad: pyarrow.ChunkedArray | pyarrow.Array, column: str, remedy: str) -> None:
        """Refuses the first line for which a condition holds.

        Args:
            bad: Boolean, one for each line.
            column: Whose value is at fault.
            remedy: What the value should be.

        Raises:
            ContractError: Names file, line, value and remedy.
        """
        row = pyarrow.compute.index(bad, True).as_py()
        if row >= 0:
            raise bad_line(self.path, self.first_line + row, column, self.columns[column][row].as_py(), remedy)


def bad_line(path: Path, line: int, column: str, value: str, remedy: str) -> ContractError:
    """The refusal of one line of a file."""
    shown = value if len(value) <= SHOWN_CHARACTERS else value[:SHOWN_CHARACTERS] + "..."
    return ContractError(f"{path}, line {line}: {column} is '{shown}'; {remedy}")


def read_lines(
    path: Path,
    names: Sequence[str],
    wanted: Sequence[str],
    on_read: Callable[[int], object],
    batch_bytes: int = BATCH_BYTES,
) -> Iterator[Lines]:
    """The lines of a file in order; memory holds one batch.

    Args:
        path: The file.
        names: Its columns, in order.
        wanted: Those to return.
        on_read: Told the bytes of each batch.
        batch_bytes: About how much to read at once; a longer line is read whole.

    Yields:
        Batches of at least one line.

    Raises:
        ContractError: A line has another number of columns, text is not UTF-8, or there is no line.
    """
    first_line = 1
    for block in _blocks(path, batch_bytes):
        columns = _parsed(path, block, first_line, names, wanted)
        yield Lines(path, first_line, columns)
        first_line += columns.num_rows
        on_read(len(block))
    if first_line == 1:
        raise ContractError(f"{path}: holds no line; download the file anew")


def count_lines(path: Path) -> int:
    """Number of lines of a file that is not read otherwise."""
    return sum(block.count(b"\n") + (not block.endswith(b"\n")) for block in _blocks(path, BATCH_BYTES))


def _blocks(path: Path, batch_bytes: int) -> Iterator[bytes]:
    """The file in pieces that end where a line ends."""
    # pyarrow.csv.open_csv reads ahead in a thread of its own, which aborts the process when the reader is given up.
    with path.open("rb") as stream:
        rest = b""
        while read := stream.read(batch_bytes):
            end = read.rfind(b"\n") + 1
            if end:
                yield rest + read[:end]
                rest = read[end:]
            else:
                rest += read
        if rest:
            yield rest


def _parsed(path: Path, block: bytes, first_line: int, names: Sequence[str], wanted: Sequence[str]) -> pyarrow.Table:
    refused: list[pyarrow.csv.InvalidRow] = []

    def refuse(row: pyarrow.csv.InvalidRow) -> str:
        refused.append(row)
        return "skip"

    types: Mapping[str, pyarrow.DataType] = {name: pyarrow.string() for name in names}
    try:
        table = pyarrow.csv.read_csv(
            pyarrow.BufferReader(block),
            read_options=pyarrow.csv.ReadOptions(
                use_threads=False, column_names=list(names), block_size=len(block) + 1
            ),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter="\t",
                quote_char=False,
                double_quote=False,
                ignore_empty_lines=False,
                invalid_row_handler=refuse,
            ),
            convert_options=pyarrow.csv.ConvertOptions(column_types=types, include_columns=list(wanted)),
        )
    except pyarrow.ArrowInvalid as error:
        raise ContractError(f"{path}, from line {first_line}: {error}; download the file anew") from error
    if refused:
        line, found = first_line + refused[0].number - 1, refused[0].actual_columns
        remedy = f"has {found} columns instead of {len(names)} ({', '.join(names)}); download the file anew"
        raise bad_line(path, line, "text", refused[0].text, remedy)
    return table
