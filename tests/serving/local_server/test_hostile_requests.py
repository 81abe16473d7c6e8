"""Hostile requests get the right status each, and neither end the server nor fill its memory.

`python -m benchmarks.hostile_requests` sends 10,000 of them to a pushed ranker, with a closer look at the memory.
"""

from __future__ import annotations

from pathlib import Path

from tensorflow_serving.apis import predict_pb2

from benchmarks.hostile.stream import hostile_requests
from benchmarks.hostile_requests import attack, valid_request
from benchmarks.server_process import local_server_process
from tests.serving.local_server.calls import Calls, predict_request

REQUESTS = 2_000
MOST_GROWTH = 0.15


def test_the_server_answers_each_and_lives_on(base: Path) -> None:
    with local_server_process(base) as server:
        sent, (settled, last) = attack(server, valid_request(base), REQUESTS)
        assert list(sent.wrong.values()) == []
        assert sum(sent.kinds.values()) == REQUESTS
        assert {"1,000,000 candidates", "NaN", "expired deadline", "random bytes"} <= {kind for kind, _ in sent.kinds}
        assert server.alive
        assert last < settled * (1 + MOST_GROWTH)
        assert Calls(server.target).predict(predict_request()).model_spec.version.value == 2


def test_the_stream_is_the_same_for_the_same_seed() -> None:
    def stream(seed: int) -> list[bytes]:
        return [request.content for request in hostile_requests(predict_request(), 200, seed)]

    assert stream(1) == stream(1)
    assert stream(1) != stream(2)


def test_the_valid_request_is_left_as_it_was() -> None:
    valid = predict_request()
    before = predict_pb2.PredictRequest.FromString(valid.SerializeToString())
    assert len(list(hostile_requests(valid, 60))) == 60
    assert valid == before
