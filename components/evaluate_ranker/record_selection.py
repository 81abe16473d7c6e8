"""Some requests of the records, or the requests of several splits together, as columns of their own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy

from components.evaluate_ranker.metrics import BoolArray, IntArray
from components.evaluate_ranker.record_columns import Column, RecordColumns


def select_requests(columns: RecordColumns, kept: BoolArray) -> RecordColumns:
    """The rows of some requests; requests and users are numbered anew.

    Args:
        columns: The records.
        kept: Which requests [requests].
    """
    rows = kept[columns.requests]
    numbers = numpy.cumsum(kept) - 1
    _, request_users = numpy.unique(columns.request_users[kept], return_inverse=True)
    requests = numbers[columns.requests[rows]]
    return RecordColumns(
        requests,
        request_users[requests],
        request_users,
        columns.clicked[rows],
        {name: values[rows] for name, values in columns.values.items()},
    )


def concatenate_columns(parts: Sequence[RecordColumns]) -> RecordColumns:
    """The records of several parts one after the other; the same user_id is the same user.

    Args:
        parts: Columns; the features that all of them have are kept.
    """
    starts = numpy.cumsum([0, *(part.request_count for part in parts)])
    requests = numpy.concatenate([part.requests + start for part, start in zip(parts, starts, strict=False)])
    ids = numpy.concatenate([request_values(part, "user_id") for part in parts])
    request_users: IntArray = numpy.unique(ids, return_inverse=True)[1].astype(numpy.int64)
    names = [name for name in parts[0].values if all(name in part.values for part in parts)]
    return RecordColumns(
        requests,
        request_users[requests],
        request_users,
        numpy.concatenate([part.clicked for part in parts]),
        {name: numpy.concatenate([part.values[name] for part in parts]) for name in names},
    )


def request_values(columns: RecordColumns, name: str) -> Column:
    """A request feature once a request [requests]; every request has a candidate.

    Args:
        columns: The records with that feature.
        name: A feature of level `request`.
    """
    first_rows = numpy.unique(columns.requests, return_index=True)[1]
    return columns.values[name][first_rows]
