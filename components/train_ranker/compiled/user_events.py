"""A user's own views and clicks against the contents of the table: both kinds of event in one list."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import tensorflow

from components.train_ranker.serving_tables import IdTable, hashed
from components.train_ranker.user_history import HISTORY

VIEWS, CLICKS = 0, 1


@dataclasses.dataclass(frozen=True)
class UserEvents:
    """Views, then clicks.

    Attributes:
        hashes: Of the contents' ids, int64 [E].
        rows: Of the contents in their table, 0 for an unknown one, int64 [E].
        clicked: VIEWS or CLICKS, int64 [E].
        earlier: 1 strictly before the request, else 0, int32 [E].
        recent: 1 within 7 days before it, else 0, float32 [E].
    """

    hashes: tensorflow.Tensor
    rows: tensorflow.Tensor
    clicked: tensorflow.Tensor
    earlier: tensorflow.Tensor
    recent: tensorflow.Tensor

    @classmethod
    def of(cls, request: Mapping[str, tensorflow.Tensor], table: IdTable) -> UserEvents:
        """Looks up the contents of a request's events; its tensors are those of request_specification."""
        viewed, clicked, timestamp = request["viewed_times"], request["clicked_times"], request["timestamp"]
        hashes = hashed(tensorflow.concat([request["viewed_content_ids"], request["clicked_content_ids"]], axis=0))
        times = tensorflow.concat([viewed, clicked], axis=0)
        earlier = times < timestamp
        return cls(
            hashes=hashes,
            rows=table.rows(hashes),
            clicked=tensorflow.concat([tensorflow.zeros_like(viewed), tensorflow.ones_like(clicked)], axis=0),
            earlier=tensorflow.cast(earlier, tensorflow.int32),
            recent=tensorflow.cast(earlier & (times >= timestamp - HISTORY), tensorflow.float32),
        )

    @property
    def most(self) -> tensorflow.Tensor:
        """No content occurs more often, int32 []."""
        return tensorflow.size(self.rows)

    def recent_by_kind(self, kinds: tensorflow.Tensor, count: int) -> tensorflow.Tensor:
        """Recent views and clicks by the kind of their content.

        Args:
            kinds: Of the table's rows, int64 [C].
            count: Of kinds.

        Returns:
            float32 [2, count].
        """
        segments = tensorflow.gather(kinds, self.rows) + count * self.clicked
        return tensorflow.reshape(tensorflow.math.unsorted_segment_sum(self.recent, segments, 2 * count), [2, count])

    def occurrences(self, hashes: tensorflow.Tensor, rows: tensorflow.Tensor, table_size: int) -> tensorflow.Tensor:
        """How many earlier views and clicks each candidate has.

        Args:
            hashes: Of the candidates' ids, int64 [N].
            rows: Of the candidates, int64 [N].
            table_size: Rows of the content table.

        Returns:
            int32 [2, N].
        """
        # Row 0 stands for many contents, of which none has been seen as often as all of them.
        counted = self.earlier * tensorflow.cast(self.rows > 0, tensorflow.int32)
        segments = self.rows + table_size * self.clicked
        by_row = tensorflow.math.unsorted_segment_sum(counted, segments, 2 * table_size)
        known = tensorflow.gather(tensorflow.reshape(by_row, [2, table_size]), rows, axis=1)
        unknown = tensorflow.equal(rows, 0)
        return tensorflow.cond(
            tensorflow.reduce_any(unknown), lambda: known + self._occurrences_of_unknown(hashes, unknown), lambda: known
        )

    def _occurrences_of_unknown(self, hashes: tensorflow.Tensor, unknown: tensorflow.Tensor) -> tensorflow.Tensor:
        """As occurrences, of the candidates that no table knows; 0 for the others."""
        events = tensorflow.equal(self.rows, 0) & (self.earlier > 0)
        counts = []
        for kind in (VIEWS, CLICKS):
            ordered = tensorflow.sort(
                tensorflow.boolean_mask(self.hashes, events & tensorflow.equal(self.clicked, kind))
            )
            last = tensorflow.searchsorted(ordered, hashes, side="right")
            counts.append(last - tensorflow.searchsorted(ordered, hashes, side="left"))
        return tensorflow.stack(counts) * tensorflow.cast(unknown, tensorflow.int32)
