"""Settings of the local server."""

from __future__ import annotations

import pydantic

from schemas.settings import Settings
from serving.channels import LARGEST_MESSAGE


class LocalServerSettings(Settings):
    """How the local server runs.

    Attributes:
        port: Of gRPC; 0 takes a free one.
        host: The address to listen at; only this machine by default.
        poll_seconds: How often models.config and the versions' folder are read again; 0 reads them once.
        labels_for_unavailable_versions: Whether a label that is new may point at a version that is not loaded yet, as
            TensorFlow Serving's --allow_version_labels_for_unavailable_models.
        intra_operation_threads: Threads of one operation of the model.
        workers: Requests that are answered at the same time.
        waiting_requests: Requests that may wait besides; more get RESOURCE_EXHAUSTED.
        largest_message: Of a request and of an answer, bytes; more get RESOURCE_EXHAUSTED.
        most_values: Of one input; more get INVALID_ARGUMENT. TensorFlow Serving has no such limit.
        load_seconds: How long a reload waits for a new model to become available.
        stop_seconds: How long requests in flight may take when the server stops.
    """

    port: int = pydantic.Field(default=8500, ge=0, le=65535)
    host: str = "localhost"
    poll_seconds: float = pydantic.Field(default=1.0, ge=0)
    labels_for_unavailable_versions: bool = True
    intra_operation_threads: int = pydantic.Field(default=1, ge=1)
    workers: int = pydantic.Field(default=4, ge=1)
    waiting_requests: int = pydantic.Field(default=64, ge=0)
    largest_message: int = pydantic.Field(default=LARGEST_MESSAGE, ge=1024)
    most_values: int = pydantic.Field(default=100_000, ge=1)
    load_seconds: float = pydantic.Field(default=120.0, gt=0)
    stop_seconds: float = pydantic.Field(default=10.0, ge=0)
