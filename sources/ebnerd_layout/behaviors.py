"""behaviors.parquet: one row for each article in view of each impression."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy
import numpy.typing
import pyarrow
import pyarrow.compute

from schemas.errors import ContractError
from schemas.instants import DAY, Instant
from sources.ebnerd_layout.official_files import SPLITS, read_official
from sources.log_writer import contract_table

COLUMNS = {
    "impression_id": "whole number",
    "impression_time": "time",
    "user_id": "whole number",
    "device_type": "whole number",
    "next_read_time": "number",
    "article_ids_inview": "list",
    "article_ids_clicked": "list",
}
DEVICES = pyarrow.array(["unknown", "desktop", "mobile", "tablet"])
"""By the official `device_type`: 0 is unknown."""


class Behaviors:
    """The impressions of both splits, ordered by time.

    Attributes:
        clicks_out_of_view: Clicked articles that the impression did not show, in the days read so far.
    """

    def __init__(self, bundle: Path) -> None:
        """Reads the files.

        Raises:
            ContractError: A file or column is missing, or an impression has no time.
        """
        splits = [read_official(bundle, f"{split}/behaviors.parquet", COLUMNS) for split in SPLITS]
        schema = splits[0].schema.remove_metadata()
        table = pyarrow.concat_tables([split.cast(schema) for split in splits])
        self.clicks_out_of_view = 0
        if table["impression_time"].null_count:
            raise ContractError(
                f"{bundle}: {table['impression_time'].null_count} impressions of behaviors.parquet have no "
                "impression_time; download the files anew"
            )
        keys = [("impression_time", "ascending"), ("impression_id", "ascending")]
        self._table: pyarrow.Table = table.sort_by(keys)
        self._time = self._table["impression_time"].cast(pyarrow.timestamp("us")).cast(pyarrow.int64()).to_numpy()

    @property
    def start(self) -> Instant:
        """The first impression."""
        return int(self._time[0])

    def days(self) -> Iterator[pyarrow.Table]:
        """The contract's impressions, one table for each UTC day; memory holds one day of rows."""
        days = self._time // DAY
        starts = numpy.flatnonzero(numpy.diff(days, prepend=days[0] - 1))
        for start, end in zip(starts, [*starts[1:], len(days)], strict=True):
            rows, clicks_out_of_view = _in_view(self._table.slice(start, end - start).combine_chunks())
            self.clicks_out_of_view += clicks_out_of_view
            yield rows


def _in_view(behaviors: pyarrow.Table) -> tuple[pyarrow.Table, int]:
    row, article = _flat(behaviors["article_ids_inview"])
    clicked_row, clicked_article = _flat(behaviors["article_ids_clicked"])
    largest = max(int(article.max(initial=0)), int(clicked_article.max(initial=0))) + 1
    shown, clicks = row * largest + article, clicked_row * largest + clicked_article
    clicked = numpy.isin(shown, clicks)
    # `next_read_time` is the time on the page that was opened; with several clicks it is not known on which.
    single = numpy.bincount(clicked_row, minlength=behaviors.num_rows) == 1
    read_time = behaviors["next_read_time"].cast(pyarrow.float32())
    parent = pyarrow.array(row)
    dwell = pyarrow.compute.if_else(pyarrow.array(clicked & single[row]), read_time.take(parent), None)
    device = behaviors["device_type"].cast(pyarrow.int64()).fill_null(0)
    columns = {
        "request_id": behaviors["impression_id"].cast(pyarrow.string()).take(parent),
        "timestamp": behaviors["impression_time"].take(parent),
        "user_id": behaviors["user_id"].cast(pyarrow.string()).take(parent),
        "content_id": pyarrow.array(article).cast(pyarrow.string()),
        "clicked": clicked.astype(numpy.int8),
        "dwell_seconds": dwell,
        "device": DEVICES.take(device).take(parent),
    }
    return contract_table("impressions", columns), int((~numpy.isin(numpy.unique(clicks), shown)).sum())


def _flat(lists: pyarrow.ChunkedArray) -> tuple[numpy.typing.NDArray[numpy.int64], numpy.typing.NDArray[numpy.int64]]:
    """Row and article of each element of a list column."""
    row = pyarrow.compute.list_parent_indices(lists)
    article = pyarrow.compute.list_flatten(lists)
    return row.to_numpy().astype(numpy.int64), article.to_numpy().astype(numpy.int64)
