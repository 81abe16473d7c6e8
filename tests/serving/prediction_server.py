"""A server of TensorFlow Serving's Predict, in TensorFlow Serving's own messages, that does what a test tells it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import grpc
import numpy
import tensorflow
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

SPACE = "space-a"


class PredictionServer(prediction_service_pb2_grpc.PredictionServiceServicer):  # type: ignore[misc]  # of an untyped package
    """Answers every candidate with the probability that a test gives it, or fails as told.

    Attributes:
        requests: What came in.
        failures: Status codes of the next calls; None answers.
        delay: Seconds before an answer.
        outputs: Replaces outputs of the answer.
    """

    def __init__(self, probability: Callable[[str], float]) -> None:
        self.requests: list[predict_pb2.PredictRequest] = []
        self.failures: list[grpc.StatusCode | None] = []
        self.delay = 0.0
        self.outputs: dict[str, Any] = {}
        self._probability = probability
        self._lock = threading.Lock()

    def Predict(  # noqa: N802 - the name of the published service
        self, request: predict_pb2.PredictRequest, context: grpc.ServicerContext
    ) -> predict_pb2.PredictResponse:
        with self._lock:
            self.requests.append(request)
            failure = self.failures.pop(0) if self.failures else None
        if failure is not None:
            context.abort(failure, "as told")
        time.sleep(self.delay)
        response = predict_pb2.PredictResponse()
        response.model_spec.name = request.model_spec.name
        response.model_spec.version.value = 202603090000
        ids = [value.decode() for value in tensorflow.make_ndarray(request.inputs["content_ids"]).tolist()]
        probability = numpy.array([self._probability(content) for content in ids], numpy.float32)
        outputs: Mapping[str, Any] = {"click_probability": probability, "space": SPACE} | self.outputs
        for name, value in outputs.items():
            response.outputs[name].CopyFrom(tensorflow.make_tensor_proto(value))
        return response

    def inputs(self, position: int = -1) -> dict[str, Any]:
        """The inputs of a request as TensorFlow reads them."""
        return {name: tensorflow.make_ndarray(tensor) for name, tensor in self.requests[position].inputs.items()}


@contextmanager
def serving(server: PredictionServer, credentials: grpc.ServerCredentials | None = None) -> Iterator[str]:
    """Runs the server on a free port and gives its address."""
    running = grpc.server(ThreadPoolExecutor(8))
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(server, running)
    address = "localhost:0"
    port = running.add_insecure_port(address) if credentials is None else running.add_secure_port(address, credentials)
    running.start()
    try:
        yield f"localhost:{port}"
    finally:
        running.stop(None)


def probabilities(contents: Sequence[str]) -> dict[str, float]:
    """Rising from the first to the last, within (0, 1)."""
    return {content: (position + 1) / (len(contents) + 1) for position, content in enumerate(contents)}
