"""What users bought before a moment, from the validated logs."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path

import pyarrow
import pyarrow.dataset

from schemas.graph_artifact import RECENT_ORDERS
from schemas.instants import Instant


@dataclasses.dataclass(frozen=True)
class Order:
    """One article that a user bought.

    Attributes:
        article_id: Which.
        timestamp: When, UTC microseconds since 1970.
    """

    article_id: str
    timestamp: Instant


def recent_orders(validated_logs: Path, moments: Mapping[str, Instant]) -> dict[str, tuple[Order, ...]]:
    """The last orders of some users.

    Args:
        validated_logs: The artifact.
        moments: By user, before which moment.

    Returns:
        By user, at most RECENT_ORDERS orders, the newest last; users without any have none.
    """
    files = pyarrow.dataset.dataset(validated_logs / "orders", format="parquet", partitioning="hive")
    wanted = pyarrow.dataset.field("user_id").isin(list(moments))
    table = files.to_table(columns=["user_id", "article_id", "timestamp"], filter=wanted)
    time = table["timestamp"].cast(pyarrow.timestamp("us", tz="UTC")).cast(pyarrow.int64())
    rows = sorted(zip(time.to_pylist(), table["user_id"].to_pylist(), table["article_id"].to_pylist(), strict=True))
    found: dict[str, list[Order]] = {user: [] for user in moments}
    for timestamp, user, article in rows:
        if timestamp < moments[user]:
            found[user].append(Order(article, timestamp))
    return {user: tuple(orders[-RECENT_ORDERS:]) for user, orders in found.items()}
