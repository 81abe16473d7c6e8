"""Finds the news that lists of ids in behaviors.tsv mean."""

from __future__ import annotations

from collections.abc import Sequence

import numpy
import numpy.typing
import pyarrow
import pyarrow.compute

from sources.mind_layout.splits import Split
from sources.mind_layout.tab_separated import bad_line

Integers = numpy.typing.NDArray[numpy.int64]


def split_words(texts: pyarrow.ChunkedArray) -> tuple[Integers, pyarrow.Array]:
    """Splits texts at spaces.

    Args:
        texts: For example `N1-0 N2-1`; an empty text has no word.

    Returns:
        Row of the text of each word [words], and the words.
    """
    trimmed = pyarrow.compute.ascii_trim_whitespace(texts).combine_chunks()
    lists = pyarrow.compute.split_pattern(trimmed, " ")
    row = pyarrow.compute.list_parent_indices(lists).to_numpy().astype(numpy.int64)
    words = pyarrow.compute.list_flatten(lists)
    present = pyarrow.compute.not_equal(trimmed, "").to_numpy(zero_copy_only=False)[row]
    return row[present], words.filter(pyarrow.array(present))


class NewsIds:
    """The known ids and their rows in the table of news."""

    def __init__(self, ids: pyarrow.Array, splits: Sequence[Split]) -> None:
        """Takes the ids.

        Args:
            ids: Of the news, sorted.
            splits: Named in refusals by their place.
        """
        self.ids = ids
        self._splits = splits

    def rows(self, words: pyarrow.Array, parent: Integers, lines: pyarrow.Table, column: str) -> Integers:
        """Rows of the news that the words name.

        Args:
            words: Ids.
            parent: Row of `lines` of each word [words].
            lines: With split and line.
            column: Of the official file, for the refusal.

        Returns:
            Rows of the news [words].

        Raises:
            ContractError: A word is no known id.
        """
        found = pyarrow.compute.index_in(words, value_set=self.ids)
        self.refuse_where(
            found.is_null(), words, parent, lines, column, "no news.tsv has it: use the files of one download"
        )
        rows: Integers = found.to_numpy().astype(numpy.int64)
        return rows

    def refuse_where(
        self,
        bad: pyarrow.Array,
        words: pyarrow.Array,
        parent: Integers,
        lines: pyarrow.Table,
        column: str,
        remedy: str,
    ) -> None:
        """Refuses the first word, in the order of splits and lines, for which a condition holds.

        Raises:
            ContractError: Names file, line, word and remedy.
        """
        faulty = numpy.flatnonzero(bad.to_numpy(zero_copy_only=False))
        if len(faulty):
            split, line = lines["split"].to_numpy()[parent[faulty]], lines["line"].to_numpy()[parent[faulty]]
            first = numpy.lexsort((line, split))[0]
            path = self._splits[split[first]].behaviors
            raise bad_line(path, int(line[first]), column, words[int(faulty[first])].as_py(), remedy)
