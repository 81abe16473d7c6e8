"""The rows on which a challenger meets its champion: later than the training of both, enough to tell them apart."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

import numpy

from components.evaluate_ranker.metrics import BoolArray, FloatArray
from components.evaluate_ranker.record_columns import RecordColumns
from components.evaluate_ranker.record_selection import concatenate_columns, request_values, select_requests
from schemas.instants import Instant


@dataclasses.dataclass(frozen=True)
class ScoredRows:
    """Test rows with what both sides think of them.

    Attributes:
        columns: The rows, with `request_id`, `timestamp` and `refresh`.
        challenger: Scores of the challenger [rows].
        reference: Scores of what it must not lose to [rows].
    """

    columns: RecordColumns
    challenger: FloatArray
    reference: FloatArray

    def select(self, kept: BoolArray) -> ScoredRows:
        """The rows of some requests [requests]."""
        rows = kept[self.columns.requests]
        return ScoredRows(select_requests(self.columns, kept), self.challenger[rows], self.reference[rows])

    @property
    def clicks(self) -> int:
        """How many rows are clicked."""
        return int(self.columns.clicked.sum())


def rows_since(rows: ScoredRows, instant: Instant) -> ScoredRows:
    """The requests at or after an instant.

    Args:
        rows: Test rows.
        instant: Where the training of both sides ends, exclusive (the later of their `as_of`).
    """
    return rows.select(request_values(rows.columns, "timestamp") >= instant)


def pooled_back(
    newest: ScoredRows, earlier: Iterable[ScoredRows], instant: Instant, minimum_clicks: int
) -> tuple[ScoredRows, int]:
    """Adds earlier test rows, refresh by refresh and the youngest first, until there are enough clicks.

    Args:
        newest: Test rows of this refresh; all that are late enough count.
        earlier: Test rows of earlier refreshes, the newest first; read only as far as needed. A request that came with
            a newer part is not counted twice.
        instant: Where the training of both sides ends, exclusive.
        minimum_clicks: How many clicks are enough.

    Returns:
        The rows, and how many refreshes were added.
    """
    pooled, added = rows_since(newest, instant), 0
    if pooled.clicks >= minimum_clicks:
        return pooled, added
    for part in earlier:
        fresh = rows_since(part, instant)
        known = request_values(pooled.columns, "request_id")
        fresh = fresh.select(~numpy.isin(request_values(fresh.columns, "request_id"), known))
        kept = _youngest_refreshes(fresh, minimum_clicks - pooled.clicks)
        if kept.any():
            fresh = fresh.select(kept)
            added += len(numpy.unique(request_values(fresh.columns, "refresh")))
            pooled = _together([pooled, fresh])
        if pooled.clicks >= minimum_clicks:
            break
    return pooled, added


def _youngest_refreshes(rows: ScoredRows, clicks_needed: int) -> BoolArray:
    """Requests of the youngest refreshes that hold so many clicks together, of all where they do not [requests]."""
    refreshes, number = numpy.unique(request_values(rows.columns, "refresh"), return_inverse=True)
    clicks = numpy.bincount(number[rows.columns.requests], rows.columns.clicked, minlength=len(refreshes))
    from_here_on = numpy.cumsum(clicks[::-1])[::-1]
    enough = numpy.flatnonzero(from_here_on >= clicks_needed)
    kept: BoolArray = number >= (enough[-1] if len(enough) else 0)
    return kept


def _together(parts: list[ScoredRows]) -> ScoredRows:
    return ScoredRows(
        concatenate_columns([part.columns for part in parts]),
        numpy.concatenate([part.challenger for part in parts]),
        numpy.concatenate([part.reference for part in parts]),
    )
