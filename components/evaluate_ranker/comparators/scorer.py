"""Anything that scores a user and a content from what was known at a refresh."""

from __future__ import annotations

import sys
from typing import Protocol

import numpy
from tqdm import tqdm

from components.evaluate_ranker.comparators.ranking_rows import RankingRows
from schemas.graph_artifact import FloatArray, IntArray
from schemas.instants import Instant


class Scorer(Protocol):
    """Scores pairs at one instant after another."""

    def scores_at(self, instant: Instant, user: IntArray, content: IntArray) -> FloatArray:
        """Scores pairs from everything known strictly before the instant.

        Args:
            instant: The refresh.
            user: Node indices, -1 for unknown [pairs].
            content: The same [pairs].

        Returns:
            Any increasing score, 0 where nothing is known [pairs].
        """


def score_rows(scorer: Scorer, rows: RankingRows, name: str) -> FloatArray:
    """The scores of a split, each row at the refresh that it may see [rows]."""
    result = numpy.zeros(len(rows.refresh), dtype=numpy.float32)
    for instant in tqdm(numpy.unique(rows.refresh), desc=name, file=sys.stderr, mininterval=10):
        here = numpy.flatnonzero(rows.refresh == instant)
        result[here] = scorer.scores_at(int(instant), rows.user[here], rows.content[here])
    return result
