"""A mixed stream of hostile requests, the same for the same seed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy
from tensorflow_serving.apis import predict_pb2

from benchmarks.hostile import broken_inputs, broken_messages, odd_values
from benchmarks.hostile.request import HostileRequest, Maker

COMMON: tuple[Maker, ...] = (*broken_messages.MAKERS, *broken_inputs.MAKERS, *odd_values.MAKERS)
LARGE: tuple[Maker, ...] = (broken_messages.too_large, broken_inputs.million_candidates)
BETWEEN_LARGE = 500
"""Requests from one large one to the next; each has megabytes."""


def hostile_requests(valid: predict_pb2.PredictRequest, count: int, seed: int = 0) -> Iterator[HostileRequest]:
    """Makes hostile requests, all kinds in turn.

    Args:
        valid: A request of the signature `rank` that the server answers; it is not changed.
        count: How many.
        seed: Of everything random.
    """
    random = numpy.random.default_rng(seed)
    for number in range(count):
        request = predict_pb2.PredictRequest.FromString(valid.SerializeToString())
        rare, position = divmod(number, BETWEEN_LARGE)
        maker = LARGE[rare % len(LARGE)] if position == BETWEEN_LARGE - 1 else COMMON[number % len(COMMON)]
        yield maker(random, request)
