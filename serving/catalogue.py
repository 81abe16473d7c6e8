"""What the client knows of contents: vectors and groups for re-ranking, popularity for when the ranker is silent."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy
import numpy.typing

from serving.re_ranking import unit_length

Matrix = numpy.typing.NDArray[numpy.float32]


@dataclasses.dataclass(frozen=True)
class Catalogue:
    """Facts of contents by row; replace the whole with every refresh.

    Attributes:
        content_ids: Distinct [C].
        popularity: The higher the more popular [C].
        vectors: float32 [C, d]; None leaves diversity out.
        groups: By name, such as `kind` or `brand`, the group of each content [C].
    """

    content_ids: Sequence[str]
    popularity: numpy.typing.NDArray[numpy.float64]
    vectors: Matrix | None = None
    groups: Mapping[str, numpy.typing.NDArray[numpy.str_]] = dataclasses.field(default_factory=dict)
    _row: dict[str, int] = dataclasses.field(init=False, repr=False)
    _directions: Matrix | None = dataclasses.field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Raises ValueError where lengths differ or an id is there twice."""
        count = len(self.content_ids)
        columns = {"popularity": self.popularity, **self.groups}
        if self.vectors is not None:
            columns["vectors"] = self.vectors
        for name, values in columns.items():
            if len(values) != count:
                raise ValueError(f"{name} has {len(values)} rows for {count} content_ids")
        rows = {content: row for row, content in enumerate(self.content_ids)}
        if len(rows) != count:
            raise ValueError(f"content_ids has {count - len(rows)} repeated ids")
        object.__setattr__(self, "_row", rows)
        object.__setattr__(self, "_directions", None if self.vectors is None else unit_length(self.vectors))

    @classmethod
    def empty(cls) -> Catalogue:
        """Knows no content: every vector is zero and everything equally popular."""
        return cls((), numpy.empty(0))

    @classmethod
    def of_serving_table(cls, path: Path) -> Catalogue:
        """Reads serving/content.parquet of an examples artifact; popular is what is clicked most often.

        Args:
            path: The file; needs pyarrow.
        """
        import pyarrow.parquet  # not before: who brings a catalogue of their own needs no pyarrow

        table = pyarrow.parquet.read_table(path)
        vectors = None
        if "content_embedding" in table.column_names:
            column = table["content_embedding"].combine_chunks()
            vectors = column.flatten().to_numpy(zero_copy_only=False).reshape(len(column), -1).astype(numpy.float32)
        return cls(
            content_ids=table["content_id"].to_pylist(),
            popularity=table["content_click_rate_7d"].to_numpy().astype(numpy.float64),
            vectors=vectors,
            groups={"kind": table["kind"].to_numpy().astype(numpy.str_)},
        )

    def directions_of(self, content_ids: Sequence[str]) -> Matrix | None:
        """The vectors at length 1, float32 [N, d], zeros for unknown contents; None where there are no vectors."""
        if self._directions is None:
            return None
        return self._gathered(self._directions, content_ids)

    def groups_of(self, content_ids: Sequence[str]) -> dict[str, Sequence[str]]:
        """By name, the group of each content [N]; "" for unknown contents."""
        return {name: self._gathered(values, content_ids).tolist() for name, values in self.groups.items()}

    def popularity_of(self, content_ids: Sequence[str]) -> numpy.typing.NDArray[numpy.float64]:
        """[N]; unknown contents get the least."""
        rows = self._rows(content_ids)
        least = float(self.popularity.min()) if len(self.popularity) else 0.0
        values = numpy.full(len(rows), least)
        values[rows >= 0] = self.popularity[rows[rows >= 0]]
        return values

    def _rows(self, content_ids: Sequence[str]) -> numpy.typing.NDArray[numpy.int64]:
        rows = map(self._row.get, content_ids, itertools.repeat(-1))
        return numpy.fromiter(rows, numpy.int64, len(content_ids))

    def _gathered(self, values: numpy.typing.NDArray[Any], content_ids: Sequence[str]) -> numpy.typing.NDArray[Any]:
        rows = self._rows(content_ids)
        if not len(values):
            return numpy.zeros((len(rows), *values.shape[1:]), values.dtype)
        gathered = values[rows]
        unknown = rows < 0
        if unknown.any():
            gathered[unknown] = numpy.zeros((), values.dtype)
        return gathered
