"""history.parquet: what each user read before, as the contract's orders."""

from __future__ import annotations

from pathlib import Path

import pyarrow
import pyarrow.compute

from schemas.errors import ContractError
from schemas.instants import Instant, format_instant
from sources.ebnerd_layout.official_files import read_official
from sources.log_writer import contract_table

COLUMNS = {"user_id": "whole number", "impression_time_fixed": "list", "article_id_fixed": "list"}


def read_history(bundle: Path, split: str) -> pyarrow.Table:
    """One row for each article read: user_id int64, article_id int64, timestamp (UTC).

    Raises:
        ContractError: The file or a column is missing.
    """
    lists = read_official(bundle, f"{split}/history.parquet", COLUMNS).combine_chunks()
    parent = pyarrow.compute.list_parent_indices(lists["article_id_fixed"])
    time = pyarrow.compute.list_flatten(lists["impression_time_fixed"])
    article = pyarrow.compute.list_flatten(lists["article_id_fixed"])
    if len(time) != len(article):
        raise ContractError(
            f"{bundle / split / 'history.parquet'}: {len(article)} articles but {len(time)} times; "
            "download the file anew"
        )
    return pyarrow.table(
        {
            "user_id": lists["user_id"].cast(pyarrow.int64()).take(parent),
            "article_id": article.cast(pyarrow.int64()),
            "timestamp": time.cast(pyarrow.timestamp("us", tz="UTC")),
        }
    )


def require_before(history: pyarrow.Table, start: Instant, bundle: Path) -> None:
    """Refuses a train history that reaches into the impressions: vectors made of it would know the future.

    Raises:
        ContractError: A reading is not before the first impression; the message names both.
    """
    latest = pyarrow.compute.max(history["timestamp"]).cast(pyarrow.int64()).as_py()
    if latest is not None and latest >= start:
        raise ContractError(
            f"{bundle / 'train' / 'history.parquet'}: holds a reading at {format_instant(latest)}, not before the "
            f"first impression at {format_instant(start)}; use the history of the same bundle"
        )


def readings(train: pyarrow.Table, validation: pyarrow.Table) -> pyarrow.Table:
    """The readings that the logs may hold: of train, and of those users whom only validation knows.

    The validation history contains the clicks of the train impressions: a user with a train history keeps that alone.

    Args:
        train: From `read_history`.
        validation: From `read_history`.

    Returns:
        The contract's orders; no row occurs twice.
    """
    known = pyarrow.compute.is_in(validation["user_id"], value_set=train["user_id"].combine_chunks())
    both = pyarrow.concat_tables([train, validation.filter(pyarrow.compute.invert(known))])
    once = both.group_by(["user_id", "article_id", "timestamp"]).aggregate([])
    return contract_table(
        "orders",
        {
            "user_id": once["user_id"].cast(pyarrow.string()),
            "article_id": once["article_id"].cast(pyarrow.string()),
            "timestamp": once["timestamp"],
        },
    )
