"""A tiny bundle in EB-NeRD's official layout, with what the real one has and this project's copy lacks."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet

START = datetime.datetime(2023, 5, 18, 7)
"""The first impression of train; validation's first is a week later."""
WEEK = datetime.timedelta(days=7)
HOUR = datetime.timedelta(hours=1)

Bundle = dict[str, dict[str, list[Any]]]


def tiny_bundle() -> Bundle:
    """Files of a bundle by name, as columns; every list can be changed before `write_bundle`.

    User 1 has both histories, user 2 only train's, user 3 only validation's. Article 105 is published after the first
    impression, article 104 was never read.
    """
    return {
        "articles.parquet": {
            "article_id": [104, 101, 102, 103, 105],
            "title": ["Football tonight", "Minister resigns", "Minister stays", "Football cup final", None],
            "subtitle": ["the cup", "politics in parliament", "parliament politics", None, "Storm over the minister"],
            "category_str": ["sport", "politics", "politics", "sport", None],
            "published_time": [
                START - 50 * HOUR,
                START - 40 * HOUR,
                START - 30 * HOUR,
                START - 20 * HOUR,
                START + HOUR,
            ],
            "premium": [False, True, None, False, True],
            "body_length": [10, 20, None, 40, 50],
            "image_ids": [[1], [2], None, [], [5]],
        },
        "train/behaviors.parquet": {
            "impression_id": [11, 12, 13],
            "impression_time": [START + 20 * HOUR, START, START + 2 * HOUR],
            "user_id": [1, 2, 1],
            "device_type": [2, 1, 3],
            "next_read_time": [30.0, 5.0, None],
            "article_ids_inview": [[103, 101], [101, 102, 103], [105, 104]],
            "article_ids_clicked": [[103], [101, 102], [105]],
            "age": [None, None, None],
        },
        "validation/behaviors.parquet": {
            "impression_id": [21, 22],
            "impression_time": [START + WEEK, START + WEEK + HOUR],
            "user_id": [3, 1],
            "device_type": [0, 2],
            "next_read_time": [7.5, 9.0],
            "article_ids_inview": [[101, 105], [103, 104]],
            "article_ids_clicked": [[105], [103, 103]],
            "age": [None, None],
        },
        "train/history.parquet": {
            "user_id": [1, 2],
            "impression_time_fixed": [
                [START - 9 * HOUR, START - 8 * HOUR, START - 8 * HOUR],
                [START - HOUR, START - HOUR],
            ],
            "article_id_fixed": [[101, 102, 102], [101, 103]],
        },
        "validation/history.parquet": {
            "user_id": [3, 1],
            "impression_time_fixed": [[START + 3 * HOUR], [START + 20 * HOUR, START + 2 * HOUR]],
            "article_id_fixed": [[104], [103, 105]],
        },
    }


def write_bundle(folder: Path, bundle: Bundle) -> Path:
    """Writes the files and returns the folder."""
    for name, columns in bundle.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        arrays = {
            column: pyarrow.array(
                values, pyarrow.list_(pyarrow.timestamp("us")) if column.endswith("time_fixed") else None
            )
            for column, values in columns.items()
        }
        pyarrow.parquet.write_table(pyarrow.table(arrays), path)
    return folder
