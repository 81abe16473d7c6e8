"""gRPC's health service, in the messages of the published definition."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import pytest

from serving.local_server.server import LocalServer
from serving.protos.health_pb2 import HealthCheckRequest, HealthCheckResponse
from tests.serving.local_server.calls import Calls, refusal
from tests.serving.local_server.conftest import SETTINGS

SERVING, NOT_SERVING = HealthCheckResponse.SERVING, HealthCheckResponse.NOT_SERVING


def method(calls: Calls, name: str) -> Callable[..., Any]:
    kind = calls.channel.unary_unary if name == "Check" else calls.channel.unary_stream
    called: Callable[..., Any] = kind(
        f"/grpc.health.v1.Health/{name}",
        request_serializer=HealthCheckRequest.SerializeToString,
        response_deserializer=HealthCheckResponse.FromString,
    )
    return called


def test_the_messages_are_the_published_ones() -> None:
    """health.proto: the service's name is field 1, the status field 1, SERVING is 1."""
    assert HealthCheckRequest(service="ab").SerializeToString() == b"\x0a\x02ab"
    assert HealthCheckResponse(status=SERVING).SerializeToString() == b"\x08\x01"


@pytest.mark.parametrize("service", ["", "ModelService", "PredictionService"])
def test_every_service_is_serving(calls: Calls, service: str) -> None:
    assert method(calls, "Check")(HealthCheckRequest(service=service), timeout=20).status == SERVING


def test_an_unknown_service(calls: Calls) -> None:
    request = HealthCheckRequest(service="unknown")
    code, _ = refusal(lambda: method(calls, "Check")(request, timeout=20))
    assert code is grpc.StatusCode.NOT_FOUND
    changes = method(calls, "Watch")(request, timeout=20)
    assert next(changes).status == HealthCheckResponse.SERVICE_UNKNOWN
    changes.cancel()


def test_watchers_are_told_before_the_server_stops_and_never_take_the_threads_of_requests(base: Path) -> None:
    with LocalServer(base, SETTINGS.model_copy(update={"workers": 1})) as server:
        calls = Calls(server.target)
        watchers = [method(calls, "Watch")(HealthCheckRequest(), timeout=60) for _ in range(2)]
        assert [next(watcher).status for watcher in watchers] == [SERVING, SERVING]
        code, _ = refusal(lambda: next(method(calls, "Watch")(HealthCheckRequest(), timeout=20)))
        assert code is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert calls.states()
        server.stop()
        assert [[change.status for change in watcher] for watcher in watchers] == [[NOT_SERVING], [NOT_SERVING]]
