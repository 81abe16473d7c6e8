"""One row for each news item of each impression, a day at a time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy
import pyarrow
import pyarrow.compute
import pyarrow.parquet

from schemas.log_contract import log_contract
from sources.day_buckets import DayBuckets
from sources.log_writer import contract_table, day_folder
from sources.mind_layout.news_ids import NewsIds, split_words

LINES_AT_ONCE = 20_000
COLUMNS = ("request_id", "timestamp", "user_id", "content_id", "clicked")
SCHEMA = pyarrow.schema([log_contract()["impressions"].arrow_schema.field(name) for name in COLUMNS])
LABEL_REMEDY = (
    "each must be a news id with its label, such as N123-1 or N123-0; a test split has no labels and cannot become logs"
)


def write_impressions(
    logs: Path,
    buckets: DayBuckets,
    news: NewsIds,
    on_lines: Callable[[int], object],
    lines_at_once: int = LINES_AT_ONCE,
) -> tuple[int, int]:
    """Writes the impressions: one file a UTC day, rows by time, request and content.

    The official order within an impression is shuffled, so there is no slot. An item that an impression lists twice
    is shown once, and clicked if it is clicked once.

    Args:
        logs: The log folder.
        buckets: Lines of behaviors.tsv by day: request_id, time, user_id, impressions, split, line.
        news: The known ids.
        on_lines: Told how many lines have been written.
        lines_at_once: Bounds memory; the files' rows are the same for any.

    Returns:
        Rows written, and repeated items left out.

    Raises:
        ContractError: An item has no label or no news.tsv has it.
    """
    written = repeated = 0
    for midnight, unsorted in buckets.days():
        lines = unsorted.sort_by([("time", "ascending"), ("request_id", "ascending"), ("line", "ascending")])
        folder = day_folder(logs / "impressions", midnight)
        folder.mkdir(parents=True)
        with pyarrow.parquet.ParquetWriter(folder / "part-0.parquet", SCHEMA) as writer:
            for start in range(0, lines.num_rows, lines_at_once):
                some = lines.slice(start, lines_at_once).combine_chunks()
                rows, left_out = _shown(some, news)
                writer.write_table(rows)
                written, repeated = written + rows.num_rows, repeated + left_out
                on_lines(some.num_rows)
    return written, repeated


def _shown(lines: pyarrow.Table, news: NewsIds) -> tuple[pyarrow.Table, int]:
    parent, words = split_words(lines["impressions"])
    clicked = pyarrow.compute.ends_with(words, "-1")
    labelled = pyarrow.compute.or_(clicked, pyarrow.compute.ends_with(words, "-0"))
    news.refuse_where(pyarrow.compute.invert(labelled), words, parent, lines, "an impression", LABEL_REMEDY)
    item = news.rows(pyarrow.compute.utf8_slice_codeunits(words, 0, -2), parent, lines, "a news id of an impression")
    # One number a row, line before item before label: sorting it sorts the rows, and the last of a line's equal items
    # is clicked if any of them is.
    shown = (parent * len(news.ids) + item) * 2 + clicked.to_numpy(zero_copy_only=False)
    shown.sort()
    last = numpy.diff(shown // 2, append=-1) != 0
    kept = shown[last]
    line, item = numpy.divmod(kept // 2, len(news.ids))
    row = pyarrow.array(line)
    columns = {
        "request_id": lines["request_id"].take(row),
        "timestamp": lines["time"].take(row),
        "user_id": lines["user_id"].take(row),
        "content_id": news.ids.take(pyarrow.array(item)),
        "clicked": (kept % 2).astype(numpy.int8),
    }
    return contract_table("impressions", columns), len(shown) - len(kept)
