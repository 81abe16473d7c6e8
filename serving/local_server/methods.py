"""The gRPC methods: bytes in, bytes out, and a status for whatever cannot be answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import grpc
from google.protobuf.message import DecodeError, Message
from tensorflow_serving.apis import (
    get_model_metadata_pb2,
    get_model_status_pb2,
    model_management_pb2,
    predict_pb2,
)

from serving.local_server.health import Health
from serving.local_server.model_metadata import model_metadata
from serving.local_server.model_status import model_status
from serving.local_server.prediction import predict
from serving.local_server.refusals import RefusalError, invalid_argument
from serving.local_server.server_core import ServerCore
from serving.local_server.settings import LocalServerSettings
from serving.protos.health_pb2 import HealthCheckRequest

Request = TypeVar("Request", bound=Message)
Handler = Callable[[bytes, grpc.ServicerContext], bytes]


def handlers(core: ServerCore, health: Health, settings: LocalServerSettings) -> tuple[Any, ...]:
    """The services of TensorFlow Serving that this server has, and gRPC's health service.

    Args:
        core: What is served.
        health: Whether it is.
        settings: Limits.
    """

    def answer(request: predict_pb2.PredictRequest) -> predict_pb2.PredictResponse:
        if not request.HasField("model_spec"):
            raise invalid_argument("Missing ModelSpec")
        with core.lend(request.model_spec) as (version, model):
            return predict(model, version, request, settings.most_values)

    def metadata(
        request: get_model_metadata_pb2.GetModelMetadataRequest,
    ) -> get_model_metadata_pb2.GetModelMetadataResponse:
        return model_metadata(core, request)

    def status(request: get_model_status_pb2.GetModelStatusRequest) -> get_model_status_pb2.GetModelStatusResponse:
        return model_status(core.table, request)

    def reload(request: model_management_pb2.ReloadConfigRequest) -> model_management_pb2.ReloadConfigResponse:
        if request.config.WhichOneof("config") != "model_config_list":
            raise invalid_argument(
                "ServerModelConfig type not supported by HandleReloadConfigRequest. Only ModelConfigList is currently "
                "supported"
            )
        core.reload(request.config)
        response = model_management_pb2.ReloadConfigResponse()
        response.status.SetInParent()
        return response

    def watched(serialized: bytes, context: grpc.ServicerContext) -> Iterator[bytes]:
        try:
            for change in health.watch(_parsed(HealthCheckRequest, serialized), context):
                yield change.SerializeToString()
        except RefusalError as error:
            context.abort(error.code, error.details)

    prediction = {
        "Predict": _unary(predict_pb2.PredictRequest, answer),
        "GetModelMetadata": _unary(get_model_metadata_pb2.GetModelMetadataRequest, metadata),
    }
    model = {
        "GetModelStatus": _unary(get_model_status_pb2.GetModelStatusRequest, status),
        "HandleReloadConfigRequest": _unary(model_management_pb2.ReloadConfigRequest, reload),
    }
    checks = {
        "Check": _unary(HealthCheckRequest, health.check),
        "Watch": grpc.unary_stream_rpc_method_handler(watched),
    }
    return (
        grpc.method_handlers_generic_handler("tensorflow.serving.PredictionService", prediction),
        grpc.method_handlers_generic_handler("tensorflow.serving.ModelService", model),
        grpc.method_handlers_generic_handler("grpc.health.v1.Health", checks),
    )


def _unary(kind: type[Request], answer: Callable[[Request], Message]) -> Any:
    """A method that answers one message with one.

    gRPC's own parsing would end a call whose bytes are no message with an internal error and a traceback in the log.
    """

    def handle(serialized: bytes, context: grpc.ServicerContext) -> bytes:
        left = context.time_remaining()
        if left is not None and left <= 0:
            # It waited too long for a thread; nobody reads the answer any more.
            context.abort(grpc.StatusCode.DEADLINE_EXCEEDED, "Deadline Exceeded")
        try:
            response: bytes = answer(_parsed(kind, serialized)).SerializeToString()
        except RefusalError as error:
            context.abort(error.code, error.details)
        return response

    return grpc.unary_unary_rpc_method_handler(handle)


def _parsed(kind: type[Request], serialized: bytes) -> Request:
    try:
        return kind.FromString(serialized)
    except DecodeError as error:
        raise invalid_argument(f"the request is no {kind.DESCRIPTOR.full_name}") from error
