"""Which versions of the embeddings went into an examples artifact: provenance/embedding_versions.parquet.

One row a version, oldest first; `user_embedding_as_of` and `content_embedding_as_of` of a record name theirs. What the
meta.json of the version said when it was read: `as_of` int64, `largest_event_time` int64, `weights` string and
`weights_known_before` int64; instants are microseconds.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from pathlib import Path

import pyarrow
import pyarrow.parquet

from schemas.artifact_meta import ArtifactMeta
from schemas.errors import ContractError
from schemas.instants import NO_EVENT, Instant, parse_instant

_SCHEMA = pyarrow.schema(
    {
        "as_of": pyarrow.int64(),
        "largest_event_time": pyarrow.int64(),
        "weights": pyarrow.string(),
        "weights_known_before": pyarrow.int64(),
    }
)


@dataclasses.dataclass(frozen=True)
class EmbeddingVersion:
    """What one version of the embeddings knew.

    Attributes:
        as_of: Its refresh.
        largest_event_time: The youngest event that went in, or NO_EVENT.
        weights: Fingerprint of the network that made it.
        weights_known_before: Every edge that trained this network is older.
    """

    as_of: Instant
    largest_event_time: Instant
    weights: str
    weights_known_before: Instant

    @classmethod
    def of(cls, meta: ArtifactMeta) -> EmbeddingVersion:
        """What the meta.json of a version says; its details hold `weights_known_before`."""
        return cls(
            as_of=meta.as_of_instant,
            largest_event_time=NO_EVENT if meta.largest_event_time is None else parse_instant(meta.largest_event_time),
            # Before networks could share a space, the space was the fingerprint.
            weights=str(meta.details.get("weights", meta.space)),
            weights_known_before=parse_instant(meta.details["weights_known_before"]),
        )


def write_embedding_versions(path: Path, versions: Iterable[EmbeddingVersion]) -> None:
    """Writes the table, oldest version first.

    Args:
        path: The Parquet file; its folder must exist.
        versions: Each once.
    """
    rows = [dataclasses.asdict(version) for version in sorted(versions, key=lambda version: version.as_of)]
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows, _SCHEMA), path)


def read_embedding_versions(path: Path) -> list[EmbeddingVersion]:
    """Reads the table.

    Raises:
        ContractError: It is missing or has other columns.
    """
    if not path.is_file():
        raise ContractError(
            f"{path}: not found; these examples were written before their provenance was recorded: "
            "write them anew with `python -m components.write_examples`"
        )
    table = pyarrow.parquet.read_table(path)
    if table.schema.names != _SCHEMA.names:
        raise ContractError(
            f"{path}: has the columns {', '.join(table.schema.names)}, needed are {', '.join(_SCHEMA.names)}; "
            "write the examples anew"
        )
    return [EmbeddingVersion(**row) for row in table.to_pylist()]
