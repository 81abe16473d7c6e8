"""A ModelService that loads nothing but keeps TensorFlow Serving's rules for versions and labels."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
from tensorflow_serving.apis import (
    get_model_status_pb2,
    model_management_pb2,
    model_service_pb2_grpc,
)

UNKNOWN = 2
States = get_model_status_pb2.ModelVersionStatus.State


@dataclasses.dataclass
class FakeModelService:
    """What the server has been told.

    Attributes:
        looks: How often a listed version is seen LOADING before it is AVAILABLE.
        broken: Versions that cannot be loaded.
        loaded: Looks that are left, by listed version.
        labels: As the last configuration that was accepted says.
        configurations: Versions and labels of every configuration that was asked for.
    """

    looks: int = 2
    broken: set[int] = dataclasses.field(default_factory=set)
    loaded: dict[int, int] = dataclasses.field(default_factory=dict)
    labels: dict[str, int] = dataclasses.field(default_factory=dict)
    configurations: list[tuple[list[int], dict[str, int]]] = dataclasses.field(default_factory=list)

    def GetModelStatus(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802  # the service's name
        """The state of every listed version."""
        if request.model_spec.name != "ranker" or not self.loaded:
            context.abort(grpc.StatusCode.NOT_FOUND, "Could not find any versions of model")
        response = get_model_status_pb2.GetModelStatusResponse()
        for version, looks in self.loaded.items():
            status = response.model_version_status.add(version=version)
            if version in self.broken:
                status.state = States.END
                status.status.error_code, status.status.error_message = UNKNOWN, "Data loss: truncated"
            else:
                status.state = States.AVAILABLE if looks <= 0 else States.LOADING
            self.loaded[version] -= 1
        return response

    def HandleReloadConfigRequest(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Refuses a label that exists for a version that is not loaded, else takes versions and labels."""
        (model,) = request.config.model_config_list.config
        versions, labels = list(model.model_version_policy.specific.versions), dict(model.version_labels)
        self.configurations.append((versions, labels))
        moved = [version for label, version in labels.items() if self.labels.get(label, version) != version]
        unloaded = [version for version in moved if version in self.broken or self.loaded.get(version, 1) > 0]
        if unloaded:
            message = f"Request to assign label to version {unloaded[0]} that is not available"
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, message)
        self.loaded = {version: self.loaded.get(version, self.looks) for version in versions}
        self.labels = labels
        return model_management_pb2.ReloadConfigResponse()

    @contextlib.contextmanager
    def serve(self) -> Iterator[str]:
        """Answers on a free port until the block ends; yields host:port."""
        server = grpc.server(ThreadPoolExecutor(2))
        model_service_pb2_grpc.add_ModelServiceServicer_to_server(self, server)
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        try:
            yield f"127.0.0.1:{port}"
        finally:
            server.stop(None).wait()
