"""Ranking requests: every request once, its candidates in flat lists, in an order that only the logs decide."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy
import pyarrow
import pyarrow.compute

from components.write_examples.contents import Contents
from components.write_examples.log_tables import as_instants, read_log_table
from components.write_examples.vocabularies import Vocabularies, encode_categories
from schemas.errors import ContractError
from schemas.graph_artifact import FloatArray, IntArray
from schemas.instants import Instant
from schemas.ranking_features import ranking_features


@dataclasses.dataclass(frozen=True)
class RankingRequests:
    """Requests by (timestamp, request_id); the candidates of each by slot, else by content_id.

    Attributes:
        request_id: [requests].
        timestamp: int64 microseconds [requests].
        user: Position in Impressions.users [requests].
        context: Encoded context columns by feature, each int64 [requests].
        offsets: int64 [requests + 1]; request i shows candidates offsets[i] to offsets[i + 1].
        content: Position in the contents table [candidates].
        slot: -1 where the logs have none, float32 [candidates].
        clicked: int64 [candidates].
        first: Position of the first request among all that were read.
        first_candidate: Position of the first candidate among those of all requests that were read.
    """

    request_id: pyarrow.Array
    timestamp: IntArray
    user: IntArray
    context: dict[str, IntArray]
    offsets: IntArray
    content: IntArray
    slot: FloatArray
    clicked: IntArray
    first: int = 0
    first_candidate: int = 0

    def __len__(self) -> int:
        return len(self.timestamp)

    @property
    def rows(self) -> slice:
        """Where these requests stand among all that were read."""
        return slice(self.first, self.first + len(self))

    @property
    def candidates(self) -> slice:
        """Where their candidates stand among those of all requests that were read."""
        return slice(self.first_candidate, self.first_candidate + len(self.content))

    @property
    def slate_size(self) -> IntArray:
        """Candidates of each request [requests]."""
        return numpy.diff(self.offsets)

    @property
    def request_of_candidate(self) -> IntArray:
        """Position of each candidate's request [candidates]."""
        return numpy.repeat(numpy.arange(len(self)), self.slate_size)

    def slice(self, start: int, stop: int) -> RankingRequests:
        """The requests start to stop (exclusive)."""
        first, last = int(self.offsets[start]), int(self.offsets[stop])
        return RankingRequests(
            request_id=self.request_id.slice(start, stop - start),
            timestamp=self.timestamp[start:stop],
            user=self.user[start:stop],
            context={name: codes[start:stop] for name, codes in self.context.items()},
            offsets=self.offsets[start : stop + 1] - first,
            content=self.content[first:last],
            slot=self.slot[first:last],
            clicked=self.clicked[first:last],
            first=self.first + start,
            first_candidate=self.first_candidate + first,
        )


def read_requests(
    logs: Path, contents: Contents, users: pyarrow.Array, vocabularies: Vocabularies, start: Instant, end: Instant
) -> RankingRequests:
    """Reads the requests of [start, end).

    Args:
        logs: The validated logs.
        contents: Their contents.
        users: Ids of all users with an impression.
        vocabularies: For the context columns.
        start: The first instant.
        end: The last instant, exclusive.

    Raises:
        ContractError: The rows of one request differ in user or timestamp.
    """
    context = {
        feature.name: feature.vocabulary.removeprefix("impressions.")
        for feature in ranking_features()
        if feature.vocabulary and feature.vocabulary.startswith("impressions.")
    }
    columns = ["request_id", "timestamp", "user_id", "content_id", "slot", "clicked", *context.values()]
    table = read_log_table(logs, "impressions", columns, start, end)
    requests = table["request_id"].combine_chunks().dictionary_encode()
    rank = pyarrow.compute.rank(requests.dictionary, tiebreaker="dense").to_numpy()[requests.indices.to_numpy()]
    time = as_instants(table["timestamp"])
    slot = table["slot"].cast(pyarrow.float32()).fill_null(-1).to_numpy()
    content = contents.positions(table["content_id"], str(logs / "impressions"))
    order = numpy.lexsort((content, slot, rank, time))
    table = table.take(pyarrow.array(order))
    time, rank = time[order], rank[order]
    user = pyarrow.compute.index_in(table["user_id"], users).to_numpy().astype(numpy.int64)
    starts = _starts(time, rank, user, table, logs)
    first_rows = table.take(pyarrow.array(starts))
    return RankingRequests(
        request_id=first_rows["request_id"].combine_chunks(),
        timestamp=time[starts],
        user=user[starts],
        context={name: encode_categories(first_rows[column], vocabularies[name]) for name, column in context.items()},
        offsets=numpy.append(starts, len(time)),
        content=content[order],
        slot=slot[order],
        clicked=table["clicked"].to_numpy().astype(numpy.int64),
    )


def _starts(time: IntArray, rank: IntArray, user: IntArray, table: pyarrow.Table, logs: Path) -> IntArray:
    """The first row of each request, which must be one user's at one instant [requests]."""
    changes = (numpy.diff(time) != 0) | (numpy.diff(rank) != 0) | (numpy.diff(user) != 0)
    starts = numpy.flatnonzero(numpy.append(len(time) > 0, changes)) if len(time) else numpy.zeros(0, numpy.int64)
    repeated = numpy.flatnonzero(numpy.bincount(rank[starts], minlength=1) > 1)
    if len(repeated):
        row = int(starts[rank[starts] == repeated[0]][0])
        raise ContractError(
            f"{logs / 'impressions'}: {len(repeated)} requests have rows of several users or timestamps, for example "
            f"request_id '{table['request_id'][row]}'; a request is one load of a page by one user: "
            "give each load its own request_id"
        )
    return starts
