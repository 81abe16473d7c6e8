"""Calls in TensorFlow Serving's published messages."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import grpc
import numpy
import tensorflow
from tensorflow_serving.apis import (
    get_model_metadata_pb2,
    get_model_status_pb2,
    model_management_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
)

from tests.serving.local_server.small_models import MODEL, request_values

Status = get_model_status_pb2.ModelVersionStatus.State


class Calls:
    """The services of a server, as TensorFlow Serving's own stubs call them.

    Args:
        target: host:port.
    """

    def __init__(self, target: str) -> None:
        self.channel = grpc.insecure_channel(target)
        self.prediction = prediction_service_pb2_grpc.PredictionServiceStub(self.channel)
        self.model = model_service_pb2_grpc.ModelServiceStub(self.channel)

    def predict(self, request: predict_pb2.PredictRequest, timeout: float = 20) -> predict_pb2.PredictResponse:
        """Calls Predict."""
        return self.prediction.Predict(request, timeout=timeout)

    def states(self, name: str = MODEL) -> dict[int, str]:
        """The state of each version."""
        request = get_model_status_pb2.GetModelStatusRequest()
        request.model_spec.name = name
        response = self.model.GetModelStatus(request, timeout=20)
        return {status.version: Status.Name(status.state) for status in response.model_version_status}

    def wait_for(self, version: int, state: str, seconds: float = 60) -> None:
        """Waits until a version has reached a state."""
        ends = time.monotonic() + seconds
        while self.states().get(version) != state:
            assert time.monotonic() < ends, f"version {version} is not {state}: {self.states()}"
            time.sleep(0.02)

    def metadata(self, field: str = "signature_def", **specification: Any) -> Any:
        """Calls GetModelMetadata."""
        request = get_model_metadata_pb2.GetModelMetadataRequest(metadata_field=[field] if field else [])
        fill(request.model_spec, **{"name": MODEL, **specification})
        return self.prediction.GetModelMetadata(request, timeout=20)

    def reload(
        self, base_path: str, versions: list[int], labels: Mapping[str, int], **options: Any
    ) -> model_management_pb2.ReloadConfigResponse:
        """Calls HandleReloadConfigRequest with one model."""
        request = model_management_pb2.ReloadConfigRequest()
        model = request.config.model_config_list.config.add(
            **{"name": MODEL, "base_path": base_path, "model_platform": "tensorflow", **options}
        )
        model.model_version_policy.specific.versions.extend(versions)
        for label, version in labels.items():
            model.version_labels[label] = version
        return self.model.HandleReloadConfigRequest(request, timeout=60)


def fill(specification: Any, **values: Any) -> None:
    """Sets the fields of a ModelSpec."""
    for name, value in values.items():
        if name == "version":
            specification.version.value = value
        else:
            setattr(specification, name, value)


def predict_request(replaced: Mapping[str, Any] | None = None, **specification: Any) -> predict_pb2.PredictRequest:
    """A valid `rank` request; a replaced input of None is left out."""
    request = predict_pb2.PredictRequest()
    fill(request.model_spec, **{"name": MODEL, "signature_name": "rank", **specification})
    for name, value in {**request_values(), **(replaced or {})}.items():
        if value is not None:
            request.inputs[name].CopyFrom(tensorflow.make_tensor_proto(value))
    return request


def probabilities(response: predict_pb2.PredictResponse) -> numpy.typing.NDArray[Any]:
    """The answer's scores."""
    values: numpy.typing.NDArray[Any] = tensorflow.make_ndarray(response.outputs["click_probability"])
    return values


def refusal(action: Any) -> tuple[grpc.StatusCode, str]:
    """The status that ends a call."""
    try:
        answer = action()
    except grpc.RpcError as error:
        return error.code(), error.details()
    raise AssertionError(f"answered: {answer}")
