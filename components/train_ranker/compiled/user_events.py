"""A user's own views and clicks against the contents of the table."""

from __future__ import annotations

import dataclasses

import tensorflow

from components.train_ranker.serving_tables import IdTable, hashed
from components.train_ranker.user_history import HISTORY


@dataclasses.dataclass(frozen=True)
class UserEvents:
    """Views or clicks, with the rows of their contents; 0 or 1 tells of each whether it counts.

    Attributes:
        hashes: Of the contents' ids, int64 [E].
        rows: Their rows in the content table, 0 for an unknown one, int64 [E].
        earlier: Strictly before the request, int32 [E].
        recent: Of them, those within 7 days before it, int32 [E].
    """

    hashes: tensorflow.Tensor
    rows: tensorflow.Tensor
    earlier: tensorflow.Tensor
    recent: tensorflow.Tensor

    @classmethod
    def of(
        cls, content_ids: tensorflow.Tensor, times: tensorflow.Tensor, timestamp: tensorflow.Tensor, table: IdTable
    ) -> UserEvents:
        """Looks the contents [E] up, seen at these times [E], for a request at `timestamp`."""
        hashes = hashed(content_ids)
        earlier = times < timestamp
        recent = tensorflow.logical_and(earlier, times >= timestamp - HISTORY)
        return cls(
            hashes,
            table.rows(hashes),
            tensorflow.cast(earlier, tensorflow.int32),
            tensorflow.cast(recent, tensorflow.int32),
        )

    @property
    def most(self) -> tensorflow.Tensor:
        """No content occurs more often, int32 []."""
        return tensorflow.size(self.rows)

    def recent_of_kinds(self, kinds: tensorflow.Tensor, count: int) -> tensorflow.Tensor:
        """Recent events by the kind of their content: kinds int32 [C] of the table's rows to float32 [count]."""
        by_kind = tensorflow.math.unsorted_segment_sum(self.recent, tensorflow.gather(kinds, self.rows), count)
        return tensorflow.cast(by_kind, tensorflow.float32)

    def occurrences(self, hashes: tensorflow.Tensor, rows: tensorflow.Tensor, table_size: int) -> tensorflow.Tensor:
        """How many earlier events each candidate has.

        Args:
            hashes: Of the candidates' ids, int64 [N].
            rows: Of the candidates, int64 [N].
            table_size: Rows of the content table.

        Returns:
            int32 [N].
        """
        # Row 0 stands for many contents: its segment is a negative one, which is not summed up.
        segments = tensorflow.where(self.rows > 0, self.rows, -1)
        by_row = tensorflow.math.unsorted_segment_sum(self.earlier, segments, table_size)
        unknown = tensorflow.where(tensorflow.equal(rows, 0))[:, 0]
        counted = self._occurrences_of_unknown(tensorflow.gather(hashes, unknown))
        of_unknown = tensorflow.math.unsorted_segment_sum(counted, unknown, tensorflow.size(rows))
        return tensorflow.gather(by_row, rows) + of_unknown

    def _occurrences_of_unknown(self, hashes: tensorflow.Tensor) -> tensorflow.Tensor:
        """As occurrences, of contents that no table knows."""
        mine = tensorflow.logical_and(tensorflow.equal(self.rows, 0), self.earlier > 0)
        ordered = tensorflow.sort(tensorflow.boolean_mask(self.hashes, mine))
        last = tensorflow.searchsorted(ordered, hashes, side="right")
        return last - tensorflow.searchsorted(ordered, hashes, side="left")
