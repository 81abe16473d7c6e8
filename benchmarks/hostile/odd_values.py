"""Valid requests with values that nobody expects: they are answered, with a probability for each candidate."""

from __future__ import annotations

import numpy
from tensorflow_serving.apis import predict_pb2

from benchmarks.hostile.request import OK, HostileRequest, Maker, hostile, put, some_input, texts

IDS = ("content_ids", "viewed_content_ids", "clicked_content_ids", "recent_order_article_ids")


def no_candidates(_: numpy.random.Generator, request: predict_pb2.PredictRequest) -> HostileRequest:
    """Nothing to rank."""
    put(request, "content_ids", texts([]))
    return hostile("no candidates", request, OK, candidates=0)


def duplicate_candidates(random: numpy.random.Generator, request: predict_pb2.PredictRequest) -> HostileRequest:
    """The same content again and again."""
    count = int(random.integers(2, 300))
    put(request, "content_ids", texts([request.inputs["content_ids"].string_val[0]] * count))
    return hostile("duplicate ids", request, OK, candidates=count)


def unknown_candidates(random: numpy.random.Generator, request: predict_pb2.PredictRequest) -> HostileRequest:
    """Ids that no table has: empty ones, ones that are no text, very long ones."""
    ids = [b"", b"\x00", b"\xff\xfe", b"x" * 10_000, *(random.bytes(8) for _ in range(int(random.integers(50))))]
    put(request, "content_ids", texts(ids))
    return hostile("unknown ids", request, OK, candidates=len(ids))


def not_numbers(random: numpy.random.Generator, request: predict_pb2.PredictRequest) -> HostileRequest:
    """A user's vector of NaN, infinities, huge and tiny numbers."""
    odd = numpy.array([numpy.nan, numpy.inf, -numpy.inf, 3e38, -3e38, 1e-45, 0], numpy.float32)
    put(request, "user_embedding", random.choice(odd, request.inputs["user_embedding"].tensor_shape.dim[0].size))
    return hostile("NaN", request, OK, candidates=_candidates(request))


def other_vectors(random: numpy.random.Generator, request: predict_pb2.PredictRequest) -> HostileRequest:
    """A user's vector of another space's length, or an empty one: it counts as none."""
    put(request, "user_embedding", numpy.zeros(int(random.choice([0, 1, 1000])), numpy.float32))
    return hostile("other vector", request, OK, candidates=_candidates(request))


def odd_instants(random: numpy.random.Generator, request: predict_pb2.PredictRequest) -> HostileRequest:
    """Requests before the beginning and after the end of time."""
    ends = numpy.array([-(2**63), 2**63 - 1, -1, 0])
    count = request.inputs["viewed_times"].tensor_shape.dim[0].size
    put(request, "viewed_times", random.choice(ends, count))
    put(request, "timestamp", random.choice(ends))
    return hostile("odd instants", request, OK, candidates=_candidates(request))


def empty_texts(random: numpy.random.Generator, request: predict_pb2.PredictRequest) -> HostileRequest:
    """Empty strings wherever a string may stand."""
    name = some_input(random, request)
    for text in ("space", "device"):
        put(request, text, b"")
    if name in IDS:
        count = request.inputs[name].tensor_shape.dim[0].size
        put(request, name, texts([b""] * count))
    return hostile("empty strings", request, OK, candidates=_candidates(request))


def _candidates(request: predict_pb2.PredictRequest) -> int:
    return int(request.inputs["content_ids"].tensor_shape.dim[0].size)


MAKERS: tuple[Maker, ...] = (
    no_candidates,
    duplicate_candidates,
    unknown_candidates,
    not_numbers,
    other_vectors,
    odd_instants,
    empty_texts,
)
