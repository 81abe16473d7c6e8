"""A slow store of user vectors holds up neither the event loop nor visitors whose vector is kept."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy
import pytest

from serving.asyncio_client import AsyncioRankingClient
from serving.ranking_calls import ClientSettings
from serving.user_vectors import CachedUserVectors, Vector
from tests.serving.prediction_server import SPACE, PredictionServer, probabilities, serving

CONTENTS = ["c1", "c2", "c3"]
VECTOR = [1.0, 2.0, 3.0]


class SlowStore:
    """Answers when it is released; knows every user but `nobody`.

    Attributes:
        asked: Set as soon as it is asked.
        released: Lets it answer.
        released_in_time: What came of each wait.
    """

    def __init__(self) -> None:
        self.asked, self.released = threading.Event(), threading.Event()
        self.released_in_time: list[bool] = []

    def vector(self, _space: str, user_id: str) -> Vector | None:
        self.asked.set()
        self.released_in_time.append(self.released.wait(2))
        return None if user_id == "nobody" else numpy.array(VECTOR, numpy.float32)


class CountingExecutor(ThreadPoolExecutor):
    """Counts what is run in a thread."""

    submitted = 0

    def submit(self, *arguments: Any, **options: Any) -> Future[Any]:
        self.submitted += 1
        return super().submit(*arguments, **options)


@pytest.fixture
def server() -> PredictionServer:
    return PredictionServer(probabilities(CONTENTS).__getitem__)


def test_the_event_loop_runs_on_while_the_store_is_asked(server: PredictionServer) -> None:
    """Meanwhile another visitor's answer comes from a version with a new space, which the vector is not of."""
    store = SlowStore()

    async def asked(target: str) -> None:
        settings = ClientSettings(deadline=20)
        async with AsyncioRankingClient(target, user_vectors=store, settings=settings) as client:
            await client.rank("u1", CONTENTS)  # tells the space
            ranking = asyncio.create_task(client.rank("u1", CONTENTS))
            while not store.asked.is_set():
                await asyncio.sleep(0.001)
            server.outputs = {"space": "space-b"}
            await client.rank("", CONTENTS)
            store.released.set()
            assert (await ranking).fallback is None

    with serving(server) as target:
        asyncio.run(asked(target))
    assert store.released_in_time == [True], "the loop could not release the store: it waited for it"
    last = server.inputs()
    assert (last["user_embedding"].tolist(), last["space"].item()) == (VECTOR, SPACE.encode())


def test_what_the_cache_keeps_takes_no_thread(server: PredictionServer) -> None:
    store = SlowStore()
    store.released.set()

    async def threads_after_each(target: str) -> list[int]:
        executor = CountingExecutor(1)
        asyncio.get_running_loop().set_default_executor(executor)
        cache, settings = CachedUserVectors(store), ClientSettings(deadline=20)
        counted = []
        async with AsyncioRankingClient(target, user_vectors=cache, settings=settings) as client:
            for user in ("u1", "u1", "u1", "nobody", "nobody", "", "u1"):
                await client.rank(user, CONTENTS)
                counted.append(executor.submitted)
        return counted

    with serving(server) as target:
        assert asyncio.run(threads_after_each(target)) == [0, 1, 1, 2, 2, 2, 2]
    sent = [server.inputs(position)["user_embedding"].tolist() for position in range(7)]
    assert sent == [[], VECTOR, VECTOR, [], [], [], VECTOR]
