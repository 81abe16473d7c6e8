"""The official MIND folders as logs: `python -m sources.mind --input <official folder> --output <folder>`.

MIND (msnews.github.io; Wu et al. 2020, "MIND: A Large-scale Dataset for News Recommendation", ACL) holds slates of a
news site's homepage. A news item becomes a content of kind `article`, its category and subcategory a brand, and what a
user clicked before the first impression becomes orders, whose times are made up (see
`sources.mind_layout.histories`). The slates are shuffled, so there is no slot; publication, dwell and device are
unknown. A request is called by its split and official id, `train-17`. Impressions of a test split have no labels and
are left out. Files are read in batches and written day by day, whatever their size.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy
import numpy.typing
import tqdm

from components.command_line import exit_code_of
from schemas.folders import whole_folder
from schemas.instants import Instant
from sources.article_vectors import vectors_from_text
from sources.day_buckets import DayBuckets
from sources.log_writer import require_replaceable, write_daily_table, write_whole_table
from sources.mind_layout.behaviors import read_behaviors
from sources.mind_layout.histories import Histories, orders_of
from sources.mind_layout.impressions import write_impressions
from sources.mind_layout.news import articles_table, contents_table, read_news, texts
from sources.mind_layout.news_ids import NewsIds
from sources.mind_layout.splits import Split, find_splits
from sources.mind_layout.tab_separated import count_lines

TEMPORARY = ".days"


def convert_mind(*, official: Path, output: Path, seed: int = 0) -> dict[str, int]:
    """Writes an official folder as a log folder.

    Args:
        official: Holds train/ and dev/ (or MINDsmall_train/, ...), or is one of them.
        output: The log folder; replaced as a whole.
        seed: Of the article vectors' randomized decomposition.

    Returns:
        Rows of each table, and what the logs do not hold: items that an impression repeats, users whose history
        changes between lines (only the earliest is kept), impressions of a test split.

    Raises:
        ContractError: A file is missing or malformed, an impression has no label or unknown news, or `output` holds
            something else than logs; nothing is written then.
    """
    require_replaceable(output)
    splits = find_splits(official)
    table = read_news(splits.labelled)
    news = NewsIds(table["news id"].combine_chunks(), splits.labelled)
    rows = {"contents": table.num_rows, "articles": table.num_rows}
    with whole_folder(output) as folder:
        lines = DayBuckets(folder / TEMPORARY / "lines", "time")
        histories = _read_lines(splits.labelled, lines)
        assert lines.first is not None, "read_behaviors refuses a file without lines"
        rows["orders"], known = _write_orders(folder, histories, news, lines.first)
        with tqdm.tqdm(total=lines.rows, desc="impressions", unit=" lines", unit_scale=True) as progress:
            rows["impressions"], repeated = write_impressions(folder, lines, news, progress.update)
        shutil.rmtree(folder / TEMPORARY)
        write_whole_table(folder, contents_table(table), "contents")
        write_whole_table(folder, articles_table(table, vectors_from_text(texts(table), known, seed)), "articles")
    return rows | {
        "repeated in an impression": repeated,
        "users with several histories": histories.varied,
        "test impressions left out": 0 if splits.test is None else count_lines(splits.test.behaviors),
    }


def _read_lines(splits: Sequence[Split], buckets: DayBuckets) -> Histories:
    """Sorts the lines of behaviors.tsv into days and keeps each user's history."""
    histories = Histories()
    size = sum(split.behaviors.stat().st_size for split in splits)
    with tqdm.tqdm(total=size, desc="behaviors.tsv", unit="B", unit_scale=True) as progress:
        for lines in read_behaviors(splits, progress.update):
            histories.add(lines)
            buckets.add(lines.drop_columns("history"))
    return histories


def _write_orders(
    logs: Path, histories: Histories, news: NewsIds, start: Instant
) -> tuple[int, numpy.typing.NDArray[numpy.bool_]]:
    """Writes the orders; returns their number and which news were clicked before the first impression."""
    known = numpy.zeros(len(news.ids), dtype=bool)
    buckets = DayBuckets(logs / TEMPORARY / "orders", "timestamp")
    for clicks, item in histories.clicks(news):
        known[item] = True
        buckets.add(orders_of(clicks, start))
    (logs / "orders").mkdir()
    for _, orders in tqdm.tqdm(buckets.days(), desc="orders", unit=" days"):
        write_daily_table(logs, orders, "orders")
    return buckets.rows, known


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m sources.mind", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--input", type=Path, required=True, help="the official folder: train/, dev/, or one split (behaviors.tsv)"
    )
    parser.add_argument("--output", type=Path, required=True, help="the log folder to write")
    parser.add_argument("--seed", type=int, default=0, help="of the article vectors")
    given = parser.parse_args(arguments)

    def run() -> None:
        rows = convert_mind(official=given.input, output=given.output, seed=given.seed)
        print(f"{given.output}: " + ", ".join(f"{name} {count:,}" for name, count in rows.items()))

    return exit_code_of(run)


if __name__ == "__main__":
    raise SystemExit(main())
