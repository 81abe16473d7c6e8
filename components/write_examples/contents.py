"""The contents table: what is known of a content apart from its impressions."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy
import pyarrow
import pyarrow.compute

from components.write_examples.log_tables import read_log_table
from schemas.errors import ContractError
from schemas.graph_artifact import FloatArray, IntArray
from schemas.log_contract import log_contract

NEVER = numpy.iinfo(numpy.int64).max
"""The instant from which a content is visible that nobody has published or seen; max(0, t - NEVER) is 0 for every t."""


@dataclasses.dataclass(frozen=True)
class Contents:
    """Contents sorted by id; elsewhere a content is its position here.

    Attributes:
        table: Every declared column [contents].
        ids: The sorted ids [contents].
        published: int64 microseconds; NEVER where the logs do not say [contents].
    """

    table: pyarrow.Table
    ids: pyarrow.Array
    published: IntArray

    def positions(self, content_ids: pyarrow.Array | pyarrow.ChunkedArray, source: str) -> IntArray:
        """The positions of contents [rows].

        Args:
            content_ids: Ids [rows].
            source: Where they come from, for the message.

        Raises:
            ContractError: An id is not in the table.
        """
        positions = pyarrow.compute.index_in(content_ids, self.ids)
        if positions.null_count:
            unknown = content_ids.filter(positions.is_null())
            raise ContractError(
                f"{source}: {len(unknown)} rows show unknown content, for example '{unknown[0]}'; "
                "run validate_logs, which puts such rows aside"
            )
        found: IntArray = positions.to_numpy().astype(numpy.int64)
        return found

    def numbers(self, column: str, default: float) -> FloatArray:
        """An attribute as float32 [contents]; `default` where it is null."""
        numbers = self.table[column].cast(pyarrow.float32()).fill_null(default).to_numpy()
        return numpy.asarray(numbers, numpy.float32)

    @property
    def article_count(self) -> FloatArray:
        """Articles that each content points at, float32 [contents]."""
        lengths = pyarrow.compute.list_value_length(self.table["article_ids"]).fill_null(0)
        return numpy.asarray(lengths.to_numpy(), numpy.float32)


def read_contents(logs: Path) -> Contents:
    """Reads the contents of validated logs.

    Raises:
        ContractError: The table is missing or empty.
    """
    table = read_log_table(logs, "contents", list(log_contract()["contents"].columns)).sort_by("content_id")
    if table.num_rows == 0:
        raise ContractError(f"{logs / 'contents'}: the table has no row")
    published = table["published_at"].cast(pyarrow.int64()).fill_null(NEVER).to_numpy()
    return Contents(table.combine_chunks(), table["content_id"].combine_chunks(), published)
