"""Rules 1, 5 and 7 as comparisons of each row with its limit (docs/time_rules.md).

Nothing here asks schemas/timeline.py: a mistake there must show here.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy

from components.write_examples.audit.facts import AuditFacts
from components.write_examples.audit.request_batch import RequestBatch
from schemas.graph_artifact import IntArray


@dataclasses.dataclass(frozen=True)
class Compared:
    """One check's comparison of a batch.

    Attributes:
        value: What the row holds, int64 microseconds [rows].
        limit: What it is compared with, int64 microseconds [rows].
        violated: bool [rows].
    """

    value: IntArray
    limit: IntArray
    violated: numpy.typing.NDArray[numpy.bool_]


@dataclasses.dataclass(frozen=True)
class Check:
    """One comparison.

    Attributes:
        name: Its name in the report.
        rule: What must hold, in words.
        must_be: What the value must be to the limit, in words.
        compare: Compares the rows of a batch.
    """

    name: str
    rule: str
    must_be: str
    compare: Callable[[RequestBatch, AuditFacts], Compared]


def _at_most(value: IntArray, limit: IntArray) -> Compared:
    return Compared(value, limit, value > limit)


def _before(value: IntArray, limit: IntArray) -> Compared:
    return Compared(value, limit, value >= limit)


def _refresh_on_grid(batch: RequestBatch, facts: AuditFacts) -> Compared:
    off = (batch.refresh - facts.as_of) % facts.interval
    return Compared(batch.refresh, batch.refresh - off, off != 0)


def _refresh_is_the_last(batch: RequestBatch, facts: AuditFacts) -> Compared:
    limit = batch.timestamp - facts.interval
    return Compared(batch.refresh, limit, batch.refresh <= limit)


def _versions(batch: RequestBatch) -> tuple[IntArray, IntArray]:
    return batch.user_embedding_as_of, batch.content_embedding_as_of


def _version_is_recorded(batch: RequestBatch, facts: AuditFacts) -> Compared:
    known = facts.versions
    unknown = [known.positions(as_of) == len(known.as_of) for as_of in _versions(batch)]
    value = numpy.where(unknown[0], *_versions(batch))
    nearest = numpy.searchsorted(known.as_of, value).clip(max=max(len(known.as_of) - 1, 0))
    limit = known.as_of[nearest] if len(known.as_of) else numpy.zeros_like(value)
    return Compared(value, limit, unknown[0] | unknown[1])


def _youngest_of_versions(batch: RequestBatch, facts: AuditFacts, column: IntArray) -> IntArray:
    """The larger fact of the user's and the contents' version; NO_EVENT where neither was recorded [rows]."""
    first, second = (column[facts.versions.positions(as_of)] for as_of in _versions(batch))
    larger: IntArray = numpy.maximum(first, second)
    return larger


def _embedding_events(batch: RequestBatch, facts: AuditFacts) -> Compared:
    return _before(_youngest_of_versions(batch, facts, facts.versions.largest_event_time), batch.refresh)


def _weights(batch: RequestBatch, facts: AuditFacts) -> Compared:
    return _at_most(_youngest_of_versions(batch, facts, facts.versions.weights_known_before), batch.refresh)


def _prior(batch: RequestBatch, facts: AuditFacts) -> Compared:
    return _before(numpy.full(len(batch), facts.largest_prior_time), batch.refresh)


def _split(batch: RequestBatch, facts: AuditFacts) -> Compared:
    start, end = facts.spans[batch.split]
    early = batch.timestamp < start
    return Compared(batch.timestamp, numpy.where(early, start, end), early | (batch.timestamp >= end))


CHECKS: tuple[Check, ...] = (
    Check(
        "refresh_not_after_request",
        "the refresh is at or before the request",
        "at most",
        lambda batch, _: _at_most(batch.refresh, batch.timestamp),
    ),
    Check("refresh_on_grid", "refreshes lie on the grid through as_of", "on the grid, as is", _refresh_on_grid),
    Check("refresh_is_the_last", "no refresh lies between a row's and its request", "after", _refresh_is_the_last),
    Check("version_is_recorded", "every embedding version is recorded", "a recorded one, as is", _version_is_recorded),
    Check(
        "embedding_not_after_refresh",
        "the embeddings' as_of is at or before the refresh",
        "at most",
        lambda batch, _: _at_most(numpy.maximum(*_versions(batch)), batch.refresh),
    ),
    Check(
        "embedding_events_before_refresh",
        "the youngest event in the embeddings is before the refresh",
        "before",
        _embedding_events,
    ),
    Check("weights_before_refresh", "the network's last training edge is before the refresh", "at most", _weights),
    Check(
        "counter_events_before_refresh",
        "the youngest event in the counters is before the refresh",
        "before",
        lambda batch, _: _before(batch.largest_counter_event_time, batch.refresh),
    ),
    Check("prior_before_refresh", "the youngest event in the prior is before the refresh", "before", _prior),
    Check(
        "history_before_request",
        "the user's own views, clicks and orders are before the request",
        "before",
        lambda batch, _: _before(batch.largest_history_event_time, batch.timestamp),
    ),
    Check("split_by_time", "train < validation < test in time", "within the split's span, which ends at", _split),
)
