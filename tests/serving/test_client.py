"""What a page gets from both clients, whatever the server and the store of vectors do."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import grpc
import numpy
import pytest

from serving.asyncio_client import AsyncioRankingClient
from serving.catalogue import Catalogue
from serving.client import RankingClient
from serving.ranking_calls import ClientSettings, Ranking
from serving.retrying import RetryPolicy
from serving.user_vectors import UserVectorsUnavailableError, Vector
from serving.visitor import Visitor
from tests.serving.prediction_server import SPACE, PredictionServer, probabilities, serving

CONTENTS = [f"c{position}" for position in range(10)]
PATIENT = ClientSettings(deadline=20)
CATALOGUE = Catalogue(
    CONTENTS,
    numpy.array([3.0, 9, 1, 7, 5, 8, 2, 6, 4, 0]),
    numpy.eye(10, dtype=numpy.float32),
    {"kind": numpy.array(["article", "video"] * 5)},
)
VISITOR = Visitor("u7", "phone", ["a1", "a2"], ["c1"], [1_000], [], [])


class Store:
    """One user's vector of one space; asks of others are answered with none."""

    def vector(self, space: str, user_id: str) -> Vector | None:
        if user_id == "broken":
            raise UserVectorsUnavailableError("broken")
        return numpy.array([1, 2, 3], numpy.float32) if (space, user_id) == (SPACE, "u7") else None


class Client:
    """One of the two clients behind one blocking face."""

    def __init__(self, kind: type[RankingClient | AsyncioRankingClient], target: str, **options: Any) -> None:
        self._kind, self._target = kind, target
        defaults: dict[str, Any] = {"catalogue": CATALOGUE, "user_vectors": Store(), "settings": PATIENT}
        self._options = {**defaults, **options}
        self._loop = asyncio.new_event_loop()
        self._client = (
            kind(target, **self._options) if kind is RankingClient else self._loop.run_until_complete(self._made())
        )
        self.counts = self._client.counts

    async def _made(self) -> AsyncioRankingClient:
        return AsyncioRankingClient(self._target, **self._options)

    def rank(self, *arguments: Any, **options: Any) -> Ranking:
        if isinstance(self._client, RankingClient):
            return self._client.rank(*arguments, **options)
        return self._loop.run_until_complete(self._client.rank(*arguments, **options))

    def close(self) -> None:
        if isinstance(self._client, RankingClient):
            self._client.close()
        else:
            self._loop.run_until_complete(self._client.close())
        self._loop.close()


@pytest.fixture
def server() -> PredictionServer:
    return PredictionServer(probabilities(CONTENTS).__getitem__)


@pytest.fixture(params=[RankingClient, AsyncioRankingClient])
def kind(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture
def client(server: PredictionServer, kind: Any) -> Iterator[Client]:
    with serving(server) as target:
        made = Client(kind, target)
        yield made
        made.close()


def test_slots_are_the_most_probable_clicks_and_name_the_version(client: Client, server: PredictionServer) -> None:
    ranking = client.rank(VISITOR, CONTENTS, slots=3, timestamp=5_000)
    assert ranking.content_ids == ["c9", "c8", "c7"]
    assert [slot.click_probability for slot in ranking.slots] == pytest.approx([10 / 11, 9 / 11, 8 / 11])
    assert (ranking.version, ranking.fallback) == (202603090000, None)
    request, inputs = server.requests[0], server.inputs()
    assert (request.model_spec.name, request.model_spec.version_label) == ("ranker", "stable")
    assert request.model_spec.signature_name == "rank"
    assert inputs["recent_order_article_ids"].tolist() == [b"a1", b"a2"]
    assert (inputs["viewed_content_ids"].tolist(), inputs["viewed_times"].tolist()) == ([b"c1"], [1_000])
    assert inputs["clicked_times"].shape == (0,)
    assert (inputs["timestamp"].item(), inputs["device"].item()) == (5_000, b"phone")
    assert [value.decode() for value in inputs["content_ids"].tolist()] == CONTENTS


def test_the_space_is_learned_from_the_first_answer(client: Client, server: PredictionServer) -> None:
    for user in ("u7", "u7", "u8", "broken", ""):
        client.rank(user, CONTENTS)
    sent = [(server.inputs(i)["space"].item(), server.inputs(i)["user_embedding"].tolist()) for i in range(5)]
    space = SPACE.encode()
    assert sent == [(b"", []), (space, [1, 2, 3]), (space, []), (space, []), (space, [])]
    counts = client.counts.read()
    assert counts["answered"] == counts["requests"] == 5
    without = {name: count for name, count in counts.items() if name.startswith("without_vector")}
    assert without == {
        "without_vector: space unknown yet": 1,
        "without_vector: unknown user": 1,
        "without_vector: store unavailable": 1,
        "without_vector: no user": 1,
    }


def test_diversity_and_caps_shape_the_page(server: PredictionServer, kind: Any) -> None:
    with serving(server) as target:
        settings = ClientSettings(deadline=20, caps={"kind": 2})
        client = Client(kind, target, settings=settings)
        assert client.rank(VISITOR, CONTENTS, slots=10).content_ids == ["c9", "c8", "c7", "c6"]
        client.close()


def test_only_unavailable_is_tried_again(client: Client, server: PredictionServer) -> None:
    server.failures = [grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.UNAVAILABLE]
    assert client.rank(VISITOR, CONTENTS).fallback is None
    assert (len(server.requests), client.counts.read()["retries"]) == (3, 2)
    server.failures = [grpc.StatusCode.UNAVAILABLE] * 3
    assert client.rank(VISITOR, CONTENTS).fallback == "unavailable"
    assert len(server.requests) == 6
    for code in (grpc.StatusCode.INTERNAL, grpc.StatusCode.NOT_FOUND, grpc.StatusCode.RESOURCE_EXHAUSTED):
        server.failures = [code]
        assert client.rank(VISITOR, CONTENTS).fallback == code.name.lower()
    assert len(server.requests) == 9
    assert client.counts.fallback_share == pytest.approx(4 / 5)


def test_popularity_fills_the_page_when_nobody_answers(kind: Any) -> None:
    client = Client(kind, "localhost:1", settings=ClientSettings(deadline=0.5))
    ranking = client.rank(VISITOR, ["c2", "unheard of", "c1", "c3", "c1"], slots=3)
    assert (ranking.content_ids, ranking.fallback, ranking.version) == (["c1", "c3", "c2"], "unavailable", None)
    assert {slot.click_probability for slot in ranking.slots} == {None}
    client.close()


def test_a_slow_server_costs_no_more_than_the_deadline(server: PredictionServer, kind: Any) -> None:
    with serving(server) as target:
        client = Client(kind, target)
        client.rank(VISITOR, CONTENTS)
        client.close()
        server.delay = 5
        client = Client(kind, target, settings=ClientSettings(deadline=0.2))
        started = time.monotonic()
        assert client.rank(VISITOR, CONTENTS).fallback == "deadline_exceeded"
        assert time.monotonic() - started < 2
        client.close()


@pytest.mark.parametrize(
    "outputs",
    [
        {"click_probability": numpy.zeros(3, numpy.float32)},
        {"click_probability": numpy.full(10, numpy.nan, numpy.float32)},
        {"click_probability": numpy.zeros(10)},
        {"space": ["a", "b"]},
    ],
)
def test_an_unusable_answer_is_not_shown(client: Client, server: PredictionServer, outputs: dict[str, Any]) -> None:
    server.outputs = outputs
    ranking = client.rank(VISITOR, CONTENTS, slots=2)
    assert (ranking.content_ids, ranking.fallback) == (["c1", "c5"], "unusable answer")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"candidates": []}, "candidates is empty"),
        ({"candidates": ["c"] * 10_001}, "10,001 values; at most 10,000"),
        ({"candidates": ["c", 7]}, r"candidates\[1\] is 7"),
        ({"candidates": ["c" * 257]}, "257 characters"),
        ({"candidates": CONTENTS, "slots": 0}, "slots is 0"),
        ({"candidates": CONTENTS, "diversity": -0.1}, "diversity is -0.1"),
    ],
)
def test_wrong_arguments_are_refused_before_anything_is_sent(
    client: Client, server: PredictionServer, arguments: dict[str, Any], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        client.rank(VISITOR, **arguments)
    assert server.requests == []


def test_a_visitor_must_make_sense() -> None:
    with pytest.raises(ValueError, match="viewed_content_ids has 1 values and viewed_times 0"):
        Visitor("u", viewed_content_ids=["c"])


def test_pauses_grow_to_a_limit_and_end_before_the_deadline() -> None:
    class Longest:
        """Draws the longest pause."""

        def uniform(self, _low: float, high: float) -> float:
            return high

    policy, longest = RetryPolicy(attempts=6, first_pause=0.01, longest_pause=0.05), Longest()
    pauses = [policy.pause(attempt, 10, longest) for attempt in range(1, 7)]  # type: ignore[arg-type]  # only uniform is used
    assert pauses == [0.01, 0.02, 0.04, 0.05, 0.05, None]
    assert policy.pause(1, 0.005, longest) is None  # type: ignore[arg-type]  # as above
