"""The vector that a request carries: one that is at hand, one from the store, or none."""

from __future__ import annotations

import dataclasses

import numpy

from serving.counts import ClientCounts
from serving.user_vectors import CachedUserVectors, UserVectors, UserVectorsUnavailableError, Vector

NO_VECTOR: Vector = numpy.empty(0, numpy.float32)


@dataclasses.dataclass(frozen=True)
class RequestVector:
    """What a request says of its user.

    Attributes:
        space: Of the vector; empty where none is known yet.
        vector: Float32 [D]; empty for a cold user.
    """

    space: str
    vector: Vector


class RequestVectors:
    """Finds users' vectors in the space of the version that answered last, and counts why requests go without.

    Args:
        store: Where users' vectors come from; None makes every user a cold one.
        counts: Of the client.
    """

    def __init__(self, store: UserVectors | None, counts: ClientCounts) -> None:
        self._store, self._counts = store, counts
        self.space = ""
        """Of the version that answered last. A version with a new one sees one request per client without a vector."""

    def at_hand(self, user_id: str) -> RequestVector | None:
        """A vector that no store needs to be asked for; None where one does."""
        space = self.space
        if self._store is None:
            return self._without(space, "no store")
        if not user_id:
            return self._without(space, "no user")
        if not space:
            return self._without(space, "space unknown yet")
        kept = self._store.kept(space, user_id) if isinstance(self._store, CachedUserVectors) else None
        return None if kept is None else self._answer(space, kept.vector)

    def from_store(self, user_id: str) -> RequestVector:
        """Asks the store, which may block; only for what is not at hand."""
        # Read once: an answer may bring another space while the store is asked.
        space = self.space
        try:
            return self._answer(space, None if self._store is None else self._store.vector(space, user_id))
        except UserVectorsUnavailableError:
            return self._without(space, "store unavailable")

    def _answer(self, space: str, vector: Vector | None) -> RequestVector:
        return self._without(space, "unknown user") if vector is None else RequestVector(space, vector)

    def _without(self, space: str, reason: str) -> RequestVector:
        self._counts.add(f"without_vector: {reason}")
        return RequestVector(space, NO_VECTOR)
