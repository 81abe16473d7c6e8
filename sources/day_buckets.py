"""Rows that arrive in any order, kept in one temporary file a UTC day until each day can be written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy
import numpy.typing
import pyarrow
import pyarrow.compute
import pyarrow.ipc

from schemas.instants import DAY, Instant


class DayBuckets:
    """Temporary files by day; memory holds what is added at once, then one day."""

    def __init__(self, folder: Path, time_column: str) -> None:
        """Makes the folder.

        Args:
            folder: For the temporary files; the caller removes it.
            time_column: Of the rows to come: instants as int64, or timestamps in microseconds.
        """
        folder.mkdir(parents=True)
        self._folder = folder
        self._time_column = time_column
        self._writers: dict[int, pyarrow.ipc.RecordBatchFileWriter] = {}
        self.first: Instant | None = None
        """The earliest instant so far."""
        self.rows = 0

    def add(self, rows: pyarrow.Table) -> None:
        """Appends each row to its day; the rows of one day keep their order."""
        if rows.num_rows == 0:
            return
        time = rows[self._time_column].cast(pyarrow.int64()).to_numpy()
        earliest = int(time.min())
        self.first = earliest if self.first is None else min(self.first, earliest)
        self.rows += rows.num_rows
        order = numpy.argsort(time // DAY, kind="stable")
        days = (time // DAY)[order]
        ordered = rows.take(pyarrow.array(order))
        starts = numpy.flatnonzero(numpy.diff(days, prepend=days[0] - 1))
        for start, end in zip(starts, [*starts[1:], len(days)], strict=True):
            self._writer(int(days[start]), rows.schema).write_table(ordered.slice(start, end - start))

    def days(self) -> Iterator[tuple[Instant, pyarrow.Table]]:
        """Midnight and rows of each day, oldest first; nothing can be added afterwards."""
        for writer in self._writers.values():
            writer.close()
        for day in sorted(self._writers):
            with pyarrow.OSFile(str(self._path(day))) as stream:
                yield day * DAY, pyarrow.ipc.open_file(stream).read_all()
            self._path(day).unlink()

    def _path(self, day: int) -> Path:
        return self._folder / f"{day}.arrow"

    def _writer(self, day: int, schema: pyarrow.Schema) -> pyarrow.ipc.RecordBatchFileWriter:
        if day not in self._writers:
            options = pyarrow.ipc.IpcWriteOptions(compression="lz4")
            self._writers[day] = pyarrow.ipc.new_file(str(self._path(day)), schema, options=options)
        return self._writers[day]
