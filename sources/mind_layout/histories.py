"""The clicks before the first impression, which behaviors.tsv repeats in every line of a user, as orders."""

from __future__ import annotations

from collections.abc import Iterator

import numpy
import numpy.typing
import pyarrow
import pyarrow.compute

from schemas.instants import DAY, Instant
from sources.log_writer import contract_table
from sources.mind_layout.news_ids import Integers, NewsIds, split_words

HISTORY_SPAN = 28 * DAY
"""The histories are the clicks of the four weeks before the labelled impressions (Wu et al. 2020, "MIND: A Large-scale
Dataset for News Recommendation", ACL, section 3.1)."""
USERS_AT_ONCE = 50_000
COLUMNS = ("user_id", "time", "history", "split", "line")


class Histories:
    """One history for each user: that of the user's earliest line.

    MIND's histories do not change within a user. Where a file's do, a later line's may hold clicks on the impressions
    themselves; the earliest cannot.
    """

    def __init__(self) -> None:
        self._users: pyarrow.Table | None = None
        self._varied = numpy.zeros(0, dtype=bool)

    @property
    def varied(self) -> int:
        """How many users have more than one history."""
        return int(self._varied.sum())

    def add(self, lines: pyarrow.Table) -> None:
        """Takes the histories of some lines: user_id, time, history, split, line; earlier lines of a file first."""
        some = lines.select(COLUMNS)
        together = some if self._users is None else pyarrow.concat_tables([self._users, some])
        varied = numpy.concatenate([self._varied, numpy.zeros(some.num_rows, dtype=bool)])
        # Stable: of two lines at the same time the one read first comes first.
        order = numpy.argsort(together["time"].to_numpy(), kind="stable")
        code = together["user_id"].combine_chunks().dictionary_encode().indices.to_numpy()
        _, first = numpy.unique(code[order], return_index=True)
        earliest = order[first]
        history = together["history"].combine_chunks()
        differs = pyarrow.compute.not_equal(history, history.take(pyarrow.array(earliest[code])))
        changed = differs.to_numpy(zero_copy_only=False) | varied
        self._users = together.take(pyarrow.array(earliest)).combine_chunks()
        self._varied = numpy.bincount(code, weights=changed) > 0

    def clicks(self, news: NewsIds, users_at_once: int = USERS_AT_ONCE) -> Iterator[tuple[pyarrow.Table, Integers]]:
        """The clicks of all users, some users at a time.

        Args:
            news: The known ids.
            users_at_once: Bounds memory.

        Yields:
            user_id, article_id, place (0 is a user's oldest click) and length of the user's history; and the rows of
            the news.

        Raises:
            ContractError: A history holds an id that no news.tsv has.
        """
        if self._users is None:
            return
        for start in range(0, self._users.num_rows, users_at_once):
            users = self._users.slice(start, users_at_once).combine_chunks()
            parent, words = split_words(users["history"])
            item = news.rows(words, parent, users, "a news id of a history")
            length = numpy.bincount(parent, minlength=users.num_rows)
            begin = numpy.cumsum(length) - length
            columns = {
                "user_id": users["user_id"].take(pyarrow.array(parent)),
                "article_id": words,
                "place": numpy.arange(len(parent)) - begin[parent],
                "length": length[parent],
            }
            yield pyarrow.table(columns), item


def orders_of(clicks: pyarrow.Table, start: Instant) -> pyarrow.Table:
    """The contract's orders, with made-up times: MIND tells the order of the clicks, not when they were.

    A user's n clicks divide the four weeks before the first impression into n + 1 equal parts, so that every click
    lies strictly before it, in order, and no two of a user at the same time.

    Args:
        clicks: From `Histories.clicks`.
        start: The first impression of the logs.
    """
    place, length = clicks["place"].to_numpy(), clicks["length"].to_numpy()
    before = (length - place) * (HISTORY_SPAN // (length + 1))
    columns = {"user_id": clicks["user_id"], "article_id": clicks["article_id"], "timestamp": start - before}
    return contract_table("orders", columns)
