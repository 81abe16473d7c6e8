"""Writes impressions, and apart from them their truth, to one file a day while periods come in."""

from __future__ import annotations

import contextlib
from pathlib import Path

import numpy
import pyarrow
import pyarrow.parquet

from schemas.instants import DAY
from sources.log_writer import contract_table, day_folder, numbered_ids
from sources.simulated_shop.impressions import Integers
from sources.simulated_shop.log_tables import content_ids, user_ids
from sources.simulated_shop.users import DEVICES
from sources.simulated_shop.world import Period, World

ROW_GROUP = 250_000
"""Rows that wait in memory."""


class DailyFiles(contextlib.AbstractContextManager["DailyFiles"]):
    """Appends periods to `impressions/day=.../` and `truth/impressions/day=.../`; use it in a `with`."""

    def __init__(self, logs: Path, world: World) -> None:
        self._logs = logs
        self._user_ids = user_ids(world)
        self._content_ids = content_ids(world)
        self._devices = pyarrow.array(DEVICES)
        self._day = -1
        self._waiting: dict[str, list[pyarrow.Table]] = {"impressions": [], "truth/impressions": []}
        self._files: dict[str, pyarrow.parquet.ParquetWriter] = {}

    def __exit__(self, *error: object) -> None:
        self._close()

    def write(self, period: Period) -> None:
        """Appends the impressions of one period and the truth behind them; periods come in order of time."""
        rows = period.impressions
        day = int(rows.time[0]) // DAY
        if day != self._day:
            self._close()
            self._day = day
        request_ids = _request_ids(rows.request)
        shown = self._content_ids.take(pyarrow.array(rows.content))
        impressions = {
            "request_id": request_ids,
            "timestamp": rows.time,
            "user_id": self._user_ids.take(pyarrow.array(rows.user)),
            "content_id": shown,
            "slot": rows.slot,
            "clicked": period.clicked,
            "dwell_seconds": pyarrow.array(period.dwell_seconds, from_pandas=True),
            "device": self._devices.take(pyarrow.array(rows.device)),
        }
        truth = {
            "request_id": request_ids,
            "content_id": shown,
            "click_probability": period.click_probability.astype(numpy.float32),
            "user_content_score": period.user_content_score.astype(numpy.float32),
        }
        self._waiting["impressions"].append(contract_table("impressions", impressions))
        self._waiting["truth/impressions"].append(pyarrow.table(truth))
        if sum(table.num_rows for table in self._waiting["impressions"]) >= ROW_GROUP:
            self._flush()

    def _flush(self) -> None:
        for name, tables in self._waiting.items():
            if not tables:
                continue
            table = pyarrow.concat_tables(tables).combine_chunks()
            if name not in self._files:
                folder = day_folder(self._logs / name, self._day * DAY)
                folder.mkdir(parents=True)
                self._files[name] = pyarrow.parquet.ParquetWriter(folder / "part-0.parquet", table.schema)
            self._files[name].write_table(table)
            tables.clear()

    def _close(self) -> None:
        self._flush()
        for file in self._files.values():
            file.close()
        self._files = {}


def _request_ids(numbers: Integers) -> pyarrow.Array:
    """One id a row from ascending request numbers; each id is made once."""
    different, inverse = numpy.unique(numbers, return_inverse=True)
    ids = numbered_ids("r", int(different[-1] - different[0]) + 1, int(different[0]), digits=9)
    return ids.take(pyarrow.array(different[inverse] - different[0]))
