"""What the page says of a content beside its id."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pyarrow.dataset


@dataclasses.dataclass(frozen=True)
class Content:
    """Facts of the log contract's table.

    Attributes:
        kind: How it is shown.
        brands: Which it features.
    """

    kind: str
    brands: tuple[str, ...] = ()


UNKNOWN = Content("unknown")


def read_contents(validated_logs: Path) -> dict[str, Content]:
    """Reads the contents' table, by id.

    Args:
        validated_logs: The artifact.
    """
    table = pyarrow.dataset.dataset(validated_logs / "contents", format="parquet").to_table(
        columns=["content_id", "kind", "brand_ids"]
    )
    columns = (table[name].to_pylist() for name in ("content_id", "kind", "brand_ids"))
    return {content: Content(kind, tuple(brands or ())) for content, kind, brands in zip(*columns, strict=True)}
