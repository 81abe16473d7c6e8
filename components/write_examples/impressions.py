"""Every impression in the order of time: the events behind counters, ages and slices."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy
import numpy.typing
import pyarrow
import pyarrow.compute

from components.write_examples.contents import NEVER, Contents
from components.write_examples.log_tables import as_instants, read_log_table
from schemas.errors import ContractError
from schemas.graph_artifact import IntArray
from schemas.instants import Instant, format_instant


@dataclasses.dataclass(frozen=True)
class Impressions:
    """Impressions sorted by time.

    Attributes:
        time: int64 microseconds, ascending [impressions].
        user: Position in `users` [impressions].
        content: Position in the contents table [impressions].
        clicked: 0 or 1, int64 [impressions].
        users: Ids of all users with an impression [users].
    """

    time: IntArray
    user: IntArray
    content: IntArray
    clicked: IntArray
    users: pyarrow.Array

    def click_rate_before(self, instant: Instant, source: Path) -> tuple[float, Instant]:
        """The click rate of everything strictly before an instant, the prior of smoothed rates, and its youngest event.

        Raises:
            ContractError: There is no click before it.
        """
        clicked = self.clicked[: numpy.searchsorted(self.time, instant, side="left")]
        if not clicked.any():
            raise ContractError(
                f"{source}: {len(clicked)} impressions and no click before {format_instant(instant)}, the network's "
                "end; smoothed click rates need a prior from there: give logs of the whole window"
            )
        return float(clicked.mean()), int(self.time[len(clicked) - 1])

    def first_seen(self, contents: int, before: Instant = NEVER) -> IntArray:
        """The instant of each content's first impression strictly before an instant, NEVER without one [contents]."""
        kept = slice(0, int(numpy.searchsorted(self.time, before, side="left")))
        first = numpy.full(contents, NEVER, numpy.int64)
        numpy.minimum.at(first, self.content[kept], self.time[kept])
        return first


def read_impressions(logs: Path, contents: Contents, end: Instant) -> Impressions:
    """Reads all impressions strictly before `end`.

    Raises:
        ContractError: The table is missing or shows unknown content.
    """
    table = read_log_table(logs, "impressions", ["timestamp", "user_id", "content_id", "clicked"], end=end)
    time = as_instants(table["timestamp"])
    users = table["user_id"].combine_chunks().dictionary_encode()
    order = numpy.argsort(time, kind="stable")
    return Impressions(
        time=time[order],
        user=users.indices.to_numpy().astype(numpy.int64)[order],
        content=contents.positions(table["content_id"], f"{logs / 'impressions'}")[order],
        clicked=table["clicked"].to_numpy().astype(numpy.int64)[order],
        users=users.dictionary,
    )
