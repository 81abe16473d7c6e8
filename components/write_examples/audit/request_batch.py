"""Some requests of one record file, as far as the audit looks at them."""

from __future__ import annotations

import dataclasses

import pyarrow

from schemas.graph_artifact import IntArray


@dataclasses.dataclass(frozen=True)
class RequestBatch:
    """Requests and what they were joined to; the instants are features of schemas/ranking_features.yaml.

    Attributes:
        split: Where they were found.
        file: Their file within the artifact.
        request_id: [rows].
        user_id: [rows].
        timestamp: int64 microseconds, as everything below [rows].
        refresh: The refresh that the row says it saw [rows].
        user_embedding_as_of: [rows].
        content_embedding_as_of: [rows].
        largest_counter_event_time: NO_EVENT without one [rows].
        largest_history_event_time: NO_EVENT without one [rows].
    """

    split: str
    file: str
    request_id: pyarrow.Array
    user_id: pyarrow.Array
    timestamp: IntArray
    refresh: IntArray
    user_embedding_as_of: IntArray
    content_embedding_as_of: IntArray
    largest_counter_event_time: IntArray
    largest_history_event_time: IntArray

    def __len__(self) -> int:
        return len(self.timestamp)


INSTANTS: tuple[str, ...] = (
    "timestamp",
    "refresh",
    "user_embedding_as_of",
    "content_embedding_as_of",
    "largest_counter_event_time",
    "largest_history_event_time",
)
"""The features of a record that are instants."""
