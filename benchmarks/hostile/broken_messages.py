"""Bytes that are no message, messages that say nothing, and callers that do not wait."""

from __future__ import annotations

import numpy
from tensorflow_serving.apis import predict_pb2

from benchmarks.hostile.request import (
    EXHAUSTED,
    INVALID,
    LATE,
    NOT_FOUND,
    OK,
    PRECONDITION,
    UNIMPLEMENTED,
    HostileRequest,
    Maker,
    hostile,
    put,
)
from serving.channels import LARGEST_MESSAGE

SERVICES = "/tensorflow.serving."
ANSWERED = frozenset({OK, INVALID, NOT_FOUND, PRECONDITION})


def random_bytes(random: numpy.random.Generator, _: predict_pb2.PredictRequest) -> HostileRequest:
    """Bytes without any sense, to each method."""
    method = str(
        random.choice(
            [
                f"{SERVICES}PredictionService/Predict",
                f"{SERVICES}PredictionService/GetModelMetadata",
                f"{SERVICES}ModelService/GetModelStatus",
                f"{SERVICES}ModelService/HandleReloadConfigRequest",
                "/grpc.health.v1.Health/Check",
            ]
        )
    )
    content = random.bytes(int(random.integers(1, 400)))
    allowed = ANSWERED if method.endswith("Check") else ANSWERED - {OK}
    return HostileRequest("random bytes", content, allowed, method)


def changed_bytes(random: numpy.random.Generator, request: predict_pb2.PredictRequest) -> HostileRequest:
    """A valid request some of whose bytes are others."""
    content = bytearray(request.SerializeToString())
    for position in random.integers(0, len(content), random.integers(1, 20)):
        content[position] = int(random.integers(256))
    return HostileRequest("changed bytes", bytes(content), ANSWERED)


def cut_message(random: numpy.random.Generator, request: predict_pb2.PredictRequest) -> HostileRequest:
    """The beginning of a valid request."""
    content = request.SerializeToString()
    # Its last bytes may be the signature's name, without which the default one is meant.
    cut = content[: int(random.integers(len(content) - 1))]
    return HostileRequest("cut message", cut, ANSWERED)


def unknown_method(random: numpy.random.Generator, request: predict_pb2.PredictRequest) -> HostileRequest:
    """A method that nobody offers."""
    method = f"{SERVICES}PredictionService/{random.choice(['Classify', 'Predict2', 'MultiInference'])}"
    return HostileRequest("unknown method", request.SerializeToString(), frozenset({UNIMPLEMENTED}), method)


def wrong_address(random: numpy.random.Generator, request: predict_pb2.PredictRequest) -> HostileRequest:
    """An unknown model, version, label, signature or output."""
    specification, choice = request.model_spec, random.integers(5)
    if choice == 0:
        specification.name = "é" * int(random.integers(1, 5000))
        return hostile("unknown model", request, NOT_FOUND)
    if choice == 1:
        specification.version.value = int(random.integers(-(2**63), 2**31))
        return hostile("unknown version", request, NOT_FOUND)
    if choice == 2:
        specification.version_label = "x" * int(random.integers(1, 5000))
        return hostile("unknown label", request, INVALID)
    if choice == 3:
        specification.signature_name = str(random.choice(["x", "Rank", "rank ", "../rank"]))
        return hostile("unknown signature", request, PRECONDITION)
    request.output_filter.extend(["click_probability"] * 2 if random.integers(2) else ["x"])
    return hostile("unknown output", request, INVALID)


def too_large(random: numpy.random.Generator, request: predict_pb2.PredictRequest) -> HostileRequest:
    """A message beyond the limit."""
    put(request, "device", random.bytes(LARGEST_MESSAGE + 1))
    return hostile("too large a message", request, EXHAUSTED)


def expired_deadline(random: numpy.random.Generator, request: predict_pb2.PredictRequest) -> HostileRequest:
    """A caller that has gone before anybody could answer."""
    return hostile("expired deadline", request, LATE, OK, seconds=float(random.choice([1e-9, 1e-6, 1e-4])))


MAKERS: tuple[Maker, ...] = (
    random_bytes,
    changed_bytes,
    cut_message,
    unknown_method,
    wrong_address,
    expired_deadline,
)
