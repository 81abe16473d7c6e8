"""behaviors.tsv: one line for each impression, with checked ids and times."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy
import pyarrow
import pyarrow.compute

from sources.mind_layout.splits import Split
from sources.mind_layout.tab_separated import Lines, read_lines

COLUMNS = ("impression id", "user id", "time", "history", "impressions")
TIME_SHAPE = r"^\d{1,2}/(?P<day>\d{1,2})/\d{4} \d{1,2}:\d{2}:[0-5]\d [AP]M$"
TIME_FORMAT = "%m/%d/%Y %I:%M:%S %p"
NEVER_EMPTY = ("impression id", "user id", "impressions")


def read_behaviors(splits: Sequence[Split], on_read: Callable[[int], object]) -> Iterator[pyarrow.Table]:
    """The impressions of several splits, as they stand in the files; memory holds one batch.

    Args:
        splits: In this order.
        on_read: Told the bytes of each batch.

    Yields:
        user_id, time (int64 microseconds, naive times as UTC), history and impressions (the official text), request_id
        (`train-17`: official ids start anew in every split), split (int8, place in `splits`) and line (int64).

    Raises:
        ContractError: A file is malformed, an id is empty or a time cannot be read.
    """
    for place, split in enumerate(splits):
        for lines in read_lines(split.behaviors, COLUMNS, COLUMNS, on_read):
            yield _checked(lines, place, split.name)


def _checked(lines: Lines, place: int, split: str) -> pyarrow.Table:
    columns = lines.columns
    for name in NEVER_EMPTY:
        empty = pyarrow.compute.equal(pyarrow.compute.ascii_trim_whitespace(columns[name]), "")
        lines.refuse_where(empty, name, "it must not be empty: download the file anew")
    return pyarrow.table(
        {
            "user_id": columns["user id"],
            "time": _instants(lines),
            "history": columns["history"],
            "impressions": columns["impressions"],
            "request_id": pyarrow.compute.binary_join_element_wise(
                pyarrow.scalar(split), columns["impression id"], "-"
            ),
            "split": numpy.full(columns.num_rows, place, dtype=numpy.int8),
            "line": numpy.arange(columns.num_rows) + lines.first_line,
        }
    )


def _instants(lines: Lines) -> pyarrow.ChunkedArray:
    """Microseconds since 1970 of each line's time."""
    text = lines.columns["time"]
    time = pyarrow.compute.strptime(text, format=TIME_FORMAT, unit="us", error_is_null=True)
    # strptime turns 2/30/2019 into the second of March and 19 into the year 19.
    day = pyarrow.compute.struct_field(pyarrow.compute.extract_regex(text, TIME_SHAPE), "day").cast(pyarrow.int64())
    right = pyarrow.compute.equal(pyarrow.compute.day(time), day).fill_null(False)
    remedy = "it must be like '11/15/2019 10:22:32 AM' (month/day/year)"
    lines.refuse_where(pyarrow.compute.invert(right), "time", remedy)
    return time.cast(pyarrow.int64())
