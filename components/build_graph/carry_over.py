"""Clicks whose dwell had not ended at the graph's end: what the graph of a later instant will know of them.

They lie beside the graph as an artifact of their own, since a dwell that ends after `as_of` must not be in the graph
(rule 5). Its as_of lies after the last of these dwells, so that rule 8 keeps every other step from reading it.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy
import pyarrow
import pyarrow.parquet

from schemas.artifact_meta import ArtifactMeta, read_meta, write_meta
from schemas.graph_artifact import FloatArray, IntArray, RowArray
from schemas.instants import MICROSECONDS, Instant, format_instant, parse_instant

FOLDER = "carry_over"
KIND = "graph_carry_over"
SCHEMA = pyarrow.schema(
    [
        ("user", pyarrow.int32()),
        ("content", pyarrow.int32()),
        ("time", pyarrow.int64()),
        ("dwell_seconds", pyarrow.float64()),
    ]
)
LAST_INSTANT = parse_instant("9999-12-31T00:00:00Z")
FIELDS = ("user", "content", "time", "dwell_seconds")


@dataclasses.dataclass(frozen=True)
class PendingClicks:
    """Clicks and the dwell that will be known of them.

    Attributes:
        user: int32 [clicks], index.
        content: int32 [clicks], index.
        time: int64 [clicks], microseconds.
        dwell_seconds: float64 [clicks].
    """

    user: RowArray
    content: RowArray
    time: IntArray
    dwell_seconds: numpy.typing.NDArray[numpy.float64]

    @classmethod
    def from_arrow(cls, table: pyarrow.Table) -> PendingClicks:
        """Reads the four columns."""
        return cls(*(table[name].combine_chunks().to_numpy() for name in FIELDS))

    def select(self, kept: numpy.typing.NDArray[numpy.bool_]) -> PendingClicks:
        """Those where `kept` [clicks] is true."""
        return PendingClicks(*(getattr(self, name)[kept] for name in FIELDS))

    def known(self, instant: Instant) -> numpy.typing.NDArray[numpy.bool_]:
        """Whether each dwell had ended before an instant; as components.build_graph.edges.known_dwell says it."""
        return self.time.astype(numpy.float64) + self.dwell_seconds * float(MICROSECONDS["s"]) < float(instant)

    @property
    def weight(self) -> FloatArray:
        """float32 [clicks]: log1p(dwell), the weight once it is known."""
        return numpy.log1p(self.dwell_seconds).astype(numpy.float32)


def write_carry_over(graph: Path, end: Instant, parts: list[PendingClicks]) -> None:
    """Writes the pending clicks of a graph, sorted by every column.

    Args:
        graph: The folder of the graph artifact.
        end: The graph's as_of.
        parts: Pending clicks in any order; none is in two parts.
    """
    folder = graph / FOLDER
    folder.mkdir()
    columns = {name: numpy.concatenate([getattr(part, name) for part in parts]) for name in FIELDS}
    table = pyarrow.table(columns, schema=SCHEMA).sort_by([(name, "ascending") for name in FIELDS])
    pyarrow.parquet.write_table(table.combine_chunks(), folder / "clicks.parquet")
    ends = columns["time"] + columns["dwell_seconds"] * float(MICROSECONDS["s"])
    largest = int(min(ends.max(), float(LAST_INSTANT))) if len(ends) else None
    meta = ArtifactMeta(
        kind=KIND,
        as_of=format_instant(end if largest is None else largest + 1),
        largest_event_time=None if largest is None else format_instant(largest),
        counts={"clicks": len(ends)},
    )
    write_meta(folder, meta)


def read_carry_over(graph: Path) -> PendingClicks:
    """Reads the pending clicks of a graph.

    Raises:
        ContractError: The graph has none of this kind; it was built by an earlier version.
    """
    folder = graph / FOLDER
    read_meta(folder, KIND)
    # Not read_table: its import of datasets takes longer than the reading.
    return PendingClicks.from_arrow(pyarrow.parquet.ParquetFile(folder / "clicks.parquet").read())
