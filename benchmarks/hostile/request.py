"""One hostile request, and the tools to make one from a valid one."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

import grpc
import numpy
import tensorflow
from tensorflow.core.framework import tensor_pb2
from tensorflow_serving.apis import predict_pb2

from serving.channels import PREDICT

OK = grpc.StatusCode.OK
INVALID = grpc.StatusCode.INVALID_ARGUMENT
NOT_FOUND = grpc.StatusCode.NOT_FOUND
PRECONDITION = grpc.StatusCode.FAILED_PRECONDITION
EXHAUSTED = grpc.StatusCode.RESOURCE_EXHAUSTED
LATE = grpc.StatusCode.DEADLINE_EXCEEDED
UNIMPLEMENTED = grpc.StatusCode.UNIMPLEMENTED


@dataclasses.dataclass(frozen=True)
class HostileRequest:
    """What is sent, and what may come back.

    Attributes:
        kind: What is wrong with it.
        content: The bytes.
        expected: Any of these statuses is right.
        method: The gRPC method.
        candidates: How many probabilities an answer has; None where the bytes do not tell.
        seconds: The caller's deadline.
    """

    kind: str
    content: bytes
    expected: frozenset[grpc.StatusCode]
    method: str = PREDICT
    candidates: int | None = None
    seconds: float = 60.0


Maker = Callable[[numpy.random.Generator, predict_pb2.PredictRequest], HostileRequest]
"""Makes one request of its kind from a valid one, which it may change."""


def hostile(
    kind: str,
    request: predict_pb2.PredictRequest,
    *expected: grpc.StatusCode,
    candidates: int | None = None,
    seconds: float = 60.0,
) -> HostileRequest:
    """A hostile request of Predict."""
    return HostileRequest(
        kind, request.SerializeToString(), frozenset(expected), candidates=candidates, seconds=seconds
    )


def put(request: predict_pb2.PredictRequest, name: str, value: object) -> None:
    """Replaces an input."""
    tensor = value if isinstance(value, tensor_pb2.TensorProto) else tensorflow.make_tensor_proto(value)
    request.inputs[name].CopyFrom(tensor)


def texts(values: Sequence[bytes]) -> tensor_pb2.TensorProto:
    """A string tensor [len(values)]."""
    tensor = tensor_pb2.TensorProto(dtype=tensorflow.string.as_datatype_enum, string_val=values)
    tensor.tensor_shape.dim.add(size=len(values))
    return tensor


def some_input(random: numpy.random.Generator, request: predict_pb2.PredictRequest) -> str:
    """The name of one of the inputs."""
    return str(random.choice(sorted(request.inputs)))
