"""Sends hostile requests and tells which answers are wrong."""

from __future__ import annotations

import collections
import itertools
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import grpc
from tensorflow_serving.apis import predict_pb2

from benchmarks.hostile.request import OK, HostileRequest
from serving.channels import CHANNEL_OPTIONS, serialized

CALLERS = 3
AT_ONCE = 600
"""Requests that are made before any of them is sent, so that not all are in memory."""
UNLIMITED = [(name, value) for name, value in CHANNEL_OPTIONS if "max_send" not in name]


class Attack:
    """Callers that send hostile requests to one server.

    Attributes:
        wrong: Answers with a status that is not right, in words, one for each kind and status.
        kinds: How many requests of each kind got which status.

    Args:
        target: host:port.
    """

    def __init__(self, target: str) -> None:
        self.wrong: dict[tuple[str, str], str] = {}
        self.kinds: collections.Counter[tuple[str, str]] = collections.Counter()
        self._channel = grpc.insecure_channel(target, [*UNLIMITED, ("grpc.max_send_message_length", -1)])

    def send(self, requests: Iterable[HostileRequest]) -> None:
        """Sends requests, several at the same time, and waits for all answers."""
        remaining = iter(requests)
        with ThreadPoolExecutor(CALLERS) as callers:
            while some := list(itertools.islice(remaining, AT_ONCE)):
                for request, (status, words) in zip(some, callers.map(self._sent, some), strict=True):
                    self.kinds[request.kind, status.name] += 1
                    if words is not None:
                        self.wrong.setdefault((request.kind, status.name), words)

    def close(self) -> None:
        """Closes the channel."""
        self._channel.close()

    def _sent(self, request: HostileRequest) -> tuple[grpc.StatusCode, str | None]:
        """The status, and what is wrong with it."""
        call = self._channel.unary_unary(
            request.method, request_serializer=serialized, response_deserializer=serialized
        )
        try:
            answer = call(request.content, timeout=request.seconds)
        except grpc.RpcError as error:
            right = error.code() in request.expected
            return error.code(), None if right else f"{request.kind}: {error.code().name} {error.details()}"
        if OK not in request.expected:
            return OK, f"{request.kind}: answered"
        if request.candidates is not None:
            outputs = predict_pb2.PredictResponse.FromString(answer).outputs
            found = [dimension.size for dimension in outputs["click_probability"].tensor_shape.dim]
            if found != [request.candidates]:
                return OK, f"{request.kind}: shape {found} for {request.candidates} candidates"
        return OK, None
