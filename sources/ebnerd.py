"""EB-NeRD's official folders as logs: `python -m sources.ebnerd --input <official folder> --output <folder>`.

EB-NeRD (recsys.eb.dk, RecSys Challenge 2024) holds slates of a Danish news site's homepage. An article becomes a
content of kind `article`, its category (where the bundle has it) a brand, and what a user read before becomes orders.
The bundle's order of articles in view is no position, so there is no slot. A user's reading history is the train
split's; the validation split's, which contains the clicks of the train impressions, serves only users whom train does
not know.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy
import pyarrow
import pyarrow.compute
import pyarrow.parquet
import tqdm

from components.command_line import exit_code_of
from schemas.folders import whole_folder
from schemas.instants import Instant
from sources.article_vectors import Vectors, vectors_from_readers, vectors_from_text
from sources.ebnerd_layout.articles import articles_table, contents_table, read_articles, texts
from sources.ebnerd_layout.behaviors import Behaviors
from sources.ebnerd_layout.histories import read_history, readings, require_before
from sources.log_writer import require_replaceable, write_daily_table, write_whole_table


def convert_ebnerd(*, bundle: Path, output: Path, seed: int = 0) -> dict[str, int]:
    """Writes an official bundle as a log folder.

    Args:
        bundle: The official folder: articles.parquet, train/, validation/.
        output: The log folder; replaced as a whole.
        seed: Of the article vectors' randomized decomposition.

    Returns:
        Rows of each table, and the clicks on articles that were not in view, which the logs cannot hold.

    Raises:
        ContractError: A file or column is missing, the train history is not older than the impressions, or `output`
            holds something else than logs; nothing is written then.
    """
    require_replaceable(output)
    articles = read_articles(bundle)
    train, validation = read_history(bundle, "train"), read_history(bundle, "validation")
    behaviors = Behaviors(bundle)
    require_before(train, behaviors.start, bundle)
    tables = {
        "contents": contents_table(articles),
        "articles": articles_table(articles, _vectors(articles, train, behaviors.start, seed)),
    }
    orders = readings(train, validation)
    rows = {name: table.num_rows for name, table in tables.items()} | {"orders": orders.num_rows, "impressions": 0}
    with whole_folder(output) as folder:
        for name, table in tables.items():
            write_whole_table(folder, table, name)
        write_daily_table(folder, orders, "orders")
        for day in tqdm.tqdm(behaviors.days(), desc="impressions", unit=" days"):
            write_daily_table(folder, day, "impressions")
            rows["impressions"] += day.num_rows
    return rows | {"clicks out of view": behaviors.clicks_out_of_view}


def _vectors(articles: pyarrow.Table, history: pyarrow.Table, start: Instant, seed: int) -> Vectors:
    ids = articles["article_id"].cast(pyarrow.int64()).to_numpy()
    row = numpy.searchsorted(ids, history["article_id"].to_numpy())
    row = numpy.minimum(row, len(ids) - 1)
    listed = ids[row] == history["article_id"].to_numpy()
    words = texts(articles)
    if words is None:
        return vectors_from_readers(row[listed], history["user_id"].to_numpy()[listed], len(ids), seed)
    known = numpy.zeros(len(ids), dtype=bool)
    known[row[listed]] = True
    if "published_time" in articles.column_names:
        published = articles["published_time"].cast(pyarrow.timestamp("us")).cast(pyarrow.int64())
        known |= pyarrow.compute.less(published, start).fill_null(False).to_numpy(zero_copy_only=False)
    return vectors_from_text(words, known, seed)


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m sources.ebnerd", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--input", type=Path, required=True, help="the official folder: articles.parquet, train/, validation/"
    )
    parser.add_argument("--output", type=Path, required=True, help="the log folder to write")
    parser.add_argument("--seed", type=int, default=0, help="of the article vectors")
    given = parser.parse_args(arguments)

    def run() -> None:
        rows = convert_ebnerd(bundle=given.input, output=given.output, seed=given.seed)
        print(f"{given.output}: " + ", ".join(f"{name} {count:,}" for name, count in rows.items()))

    return exit_code_of(run)


if __name__ == "__main__":
    raise SystemExit(main())
