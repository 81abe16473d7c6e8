"""Which candidate has the largest marginal relevance, without a look at all of them for each slot."""

from __future__ import annotations

import dataclasses

import numpy
import numpy.typing

FloatArray = numpy.typing.NDArray[numpy.float64]
IntArray = numpy.typing.NDArray[numpy.int64]
Flags = numpy.typing.NDArray[numpy.bool_]
Vectors = numpy.typing.NDArray[numpy.float32]

LEADERS = 256
"""Candidates that are kept up to date."""


@dataclasses.dataclass
class _Leaders:
    """Attributes: of each leader what LeadingCandidates holds of all, and `others_at_most`, the others' best score."""

    positions: IntArray
    scores: FloatArray
    marginal: FloatArray
    closest: Vectors
    vectors: Vectors | None
    turn: IntArray
    others_at_most: float


class LeadingCandidates:
    r"""Marginal relevance $m_i - \delta \max_{j \in S} \cos(v_i, v_j)$ while slots are filled.

    It only falls: as long as one of the leaders is ahead of what all others were when they were last looked at, it is
    ahead of all of them. Only when the leaders have fallen behind is everybody looked at again, and new leaders are
    picked.

    Args:
        relevance: Decides the first slot [N].
        marginal: m, which decides the later ones [N].
        vectors: v, each of length 1 or 0 [N, d]; None leaves sameness out.
        diversity: delta.
        free: Who may be chosen; the caller may take others out between two choices [N].
        turn: Of candidates that are equal the one with the smallest comes first [N].
    """

    def __init__(
        self,
        relevance: FloatArray,
        marginal: FloatArray,
        vectors: Vectors | None,
        diversity: float,
        free: Flags,
        turn: IntArray,
    ) -> None:
        self._relevance, self._marginal, self._vectors = relevance, marginal, vectors
        self._diversity, self._free, self._turn = diversity, free, turn
        # A cosine is at least -1: before the first choice everything is equally far away.
        self._closest = numpy.full(len(relevance), -1.0, numpy.float32)
        self._chosen: list[int] = []
        self._looked_at = 0
        """How many of the chosen all candidates have been compared with."""
        self._leaders: _Leaders | None = None

    def choose(self) -> int | None:
        """The best candidate's position; it is free no more. None where none is free."""
        best = None if self._leaders is None else self._best_of(self._leaders)
        best = self._best_of_all() if best is None else best
        if best is None:
            return None
        self._free[best] = False
        self._chosen.append(best)
        leaders = self._leaders
        if self._vectors is not None and leaders is not None and leaders.vectors is not None:
            leaders.closest = numpy.maximum(leaders.closest, leaders.vectors @ self._vectors[best])
            leaders.scores = leaders.marginal - self._diversity * leaders.closest
        return best

    def _best_of(self, leaders: _Leaders) -> int | None:
        """The best leader if nobody else can be as good."""
        leaders.scores[~self._free[leaders.positions]] = -numpy.inf
        place = _largest(leaders.scores, leaders.turn)
        if place is None or leaders.scores[place] <= leaders.others_at_most:
            return None
        return int(leaders.positions[place])

    def _best_of_all(self) -> int | None:
        if not self._chosen:
            return _largest(numpy.where(self._free, self._relevance, -numpy.inf), self._turn)
        scores = self._marginal
        if self._vectors is not None:
            cosines = self._vectors @ self._vectors[self._chosen[self._looked_at :]].T  # [N, chosen since]
            self._closest = numpy.maximum(self._closest, cosines.max(axis=1))
            self._looked_at = len(self._chosen)
            scores = scores - self._diversity * self._closest
        scores = numpy.where(self._free, scores, -numpy.inf)
        self._leaders = self._leaders_by(scores)
        return _largest(scores, self._turn)

    def _leaders_by(self, scores: FloatArray) -> _Leaders:
        """The leaders by the scores of all [N]."""
        behind = max(0, len(scores) - LEADERS)
        order = numpy.argpartition(scores, behind) if behind else numpy.arange(len(scores))
        positions = order[behind:]
        return _Leaders(
            positions,
            scores[positions],
            self._marginal[positions],
            self._closest[positions],
            None if self._vectors is None else self._vectors[positions],
            self._turn[positions],
            others_at_most=float(scores[order[:behind]].max(initial=-numpy.inf)),
        )


def _largest(scores: FloatArray, turn: IntArray) -> int | None:
    """Position of the largest score, of equal ones the first in turn; None where none is free."""
    best = int(numpy.argmax(scores)) if len(scores) else None
    if best is None or scores[best] == -numpy.inf:
        return None
    equal = numpy.flatnonzero(scores == scores[best])
    return best if len(equal) == 1 else int(equal[numpy.argmin(turn[equal])])
