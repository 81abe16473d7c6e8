"""The cache answers as its store does, asks it no more than it must, and forgets in time."""

from __future__ import annotations

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.user_vectors import CachedUserVectors, UserVectorsUnavailableError, Vector


class CountingStore:
    """Knows every user but `nobody`; counts what it is asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.available = True

    def vector(self, space: str, user_id: str) -> Vector | None:
        self.asked.append((space, user_id))
        if not self.available:
            raise UserVectorsUnavailableError("store")
        return None if user_id == "nobody" else numpy.array([len(space), ord(user_id[-1])], numpy.float32)


@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["a", "bb"]), st.sampled_from(["u1", "u2", "u3", "nobody"]), st.integers(0, 6))
    )
)
def test_answers_are_the_stores_and_none_is_older_than_allowed(steps: list[tuple[str, str, int]]) -> None:
    store, now = CountingStore(), [0.0]
    cache = CachedUserVectors(store, seconds=10, users=2, clock=lambda: now[0])
    asked_at: dict[tuple[str, str], float] = {}
    for space, user, pause in steps:
        now[0] += pause
        before = len(store.asked)
        found, expected = cache.vector(space, user), CountingStore().vector(space, user)
        assert (found is None) == (expected is None)
        if found is not None and expected is not None:
            assert found.tolist() == expected.tolist()
        if len(store.asked) > before:
            asked_at[space, user] = now[0]
        else:
            assert now[0] - asked_at[space, user] < 10


def test_the_least_recently_used_goes_first_and_unknown_users_are_remembered() -> None:
    store = CountingStore()
    cache = CachedUserVectors(store, users=2)
    for user in ("u1", "nobody", "u1", "nobody", "u2", "nobody", "u1"):
        cache.vector("a", user)
    assert [user for _, user in store.asked] == ["u1", "nobody", "u2", "u1"]


def test_a_store_that_does_not_answer_is_asked_again() -> None:
    store = CountingStore()
    cache = CachedUserVectors(store)
    store.available = False
    with pytest.raises(UserVectorsUnavailableError):
        cache.vector("a", "u1")
    store.available = True
    assert cache.vector("a", "u1") is not None


def test_nonsense_is_refused() -> None:
    with pytest.raises(ValueError, match="seconds is 0"):
        CachedUserVectors(CountingStore(), seconds=0)
