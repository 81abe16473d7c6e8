"""Where the client gets a user's vector from: a small protocol, and a cache in front of it."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Protocol

import numpy
import numpy.typing

Vector = numpy.typing.NDArray[numpy.float32]


class UserVectorsUnavailableError(Exception):
    """The store did not answer; the client goes on as for a cold user, and counts it."""


class UserVectors(Protocol):
    """A store of users' vectors."""

    def vector(self, space: str, user_id: str) -> Vector | None:
        """The newest vector of a user in a space: float32 [D], or None where the store has none.

        Raises:
            UserVectorsUnavailableError: The store did not answer.
        """
        ...


@dataclasses.dataclass(frozen=True)
class KeptAnswer:
    """What a store has answered.

    Attributes:
        vector: Float32 [D]; None where the store had none.
        expires: When it is forgotten, seconds of the cache's clock.
    """

    vector: Vector | None
    expires: float


class CachedUserVectors:
    """Keeps what a store has answered for some time; of the least recently used it keeps nothing when it is full.

    Safe to use from several threads. That there is no vector is kept too.

    Args:
        store: The store behind it.
        seconds: How long an answer is kept; embeddings change with every refresh.
        users: How many answers are kept.
        clock: Tells the time, seconds; another one only in tests.
    """

    def __init__(
        self,
        store: UserVectors,
        seconds: float = 300,
        users: int = 100_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if seconds <= 0 or users < 1:
            raise ValueError(f"seconds is {seconds} and users {users}; both must be positive")
        self._store, self._seconds, self._users, self._clock = store, seconds, users, clock
        self._answers: OrderedDict[tuple[str, str], KeptAnswer] = OrderedDict()
        self._lock = threading.Lock()

    def vector(self, space: str, user_id: str) -> Vector | None:
        """See UserVectors."""
        kept = self.kept(space, user_id)
        if kept is not None:
            return kept.vector
        expires = self._clock() + self._seconds
        # Not under the lock: a slow store must not hold up those whose answer is here.
        vector = self._store.vector(space, user_id)
        with self._lock:
            self._answers[space, user_id] = KeptAnswer(vector, expires)
            self._answers.move_to_end((space, user_id))
            while len(self._answers) > self._users:
                self._answers.popitem(last=False)
        return vector

    def kept(self, space: str, user_id: str) -> KeptAnswer | None:
        """What is kept of a user; None where the store would have to be asked, which this never does."""
        key = space, user_id
        with self._lock:
            answer = self._answers.get(key)
            if answer is None or answer.expires <= self._clock():
                return None
            self._answers.move_to_end(key)
            return answer
