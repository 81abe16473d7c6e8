"""gRPC's standard health service, under the names that TensorFlow Serving gives its services."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import grpc

from serving.local_server.refusals import RefusalError, not_found
from serving.protos.health_pb2 import HealthCheckRequest, HealthCheckResponse

SERVICES = ("", "ModelService", "PredictionService")
SERVING = HealthCheckResponse.ServingStatus.SERVING
NOT_SERVING = HealthCheckResponse.ServingStatus.NOT_SERVING
SERVICE_UNKNOWN = HealthCheckResponse.ServingStatus.SERVICE_UNKNOWN
LOOKS_AGAIN = 0.5
"""Seconds after which a watcher that hangs up is noticed at the latest."""


class Health:
    """Tells whether the server answers.

    Args:
        most_watchers: Each takes a thread of the server; more are refused.
    """

    def __init__(self, most_watchers: int) -> None:
        self._serving = True
        self._changed = threading.Condition()
        self._places = threading.Semaphore(most_watchers)

    def stop_serving(self) -> None:
        """Tells callers to go elsewhere, before the server stops."""
        with self._changed:
            self._serving = False
            self._changed.notify_all()

    def check(self, request: HealthCheckRequest) -> HealthCheckResponse:
        """The status of a service now.

        Raises:
            RefusalError: NOT_FOUND: there is no such service.
        """
        if request.service not in SERVICES:
            raise not_found("service name unknown")
        return HealthCheckResponse(status=self._status(request.service))

    def watch(self, request: HealthCheckRequest, context: grpc.ServicerContext) -> Iterator[HealthCheckResponse]:
        """The status of a service now and whenever it changes, until the caller hangs up or the server stops.

        Raises:
            RefusalError: RESOURCE_EXHAUSTED: there are too many watchers.
        """
        if not self._places.acquire(blocking=False):
            raise RefusalError(grpc.StatusCode.RESOURCE_EXHAUSTED, "too many watchers; call Check instead")
        try:
            told = None
            while context.is_active() and told != NOT_SERVING:
                with self._changed:
                    if self._status(request.service) == told:
                        self._changed.wait(LOOKS_AGAIN)
                    status = self._status(request.service)
                if status != told:
                    told = status
                    yield HealthCheckResponse(status=status)
        finally:
            self._places.release()

    def _status(self, service: str) -> HealthCheckResponse.ServingStatus:
        if not self._serving:
            return NOT_SERVING
        return SERVING if service in SERVICES else SERVICE_UNKNOWN
