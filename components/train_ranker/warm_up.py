"""Warm-up requests with the answers that are due.

TensorFlow Serving runs them before it lets the first caller in; replay.py checks the answers in a fresh process.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from pathlib import Path

import numpy
import numpy.typing
import tensorflow
from tensorflow_serving.apis import predict_pb2, prediction_log_pb2

from components.train_ranker.signatures import OUTPUT
from schemas.graph_artifact import FloatArray

WARM_UP_FILE = Path("assets.extra") / "tf_serving_warmup_requests"
MODEL_NAME = "ranker"


@dataclasses.dataclass(frozen=True)
class WarmUpRequest:
    """One request and the answer that is due.

    Attributes:
        signature: The name of the signature.
        inputs: Its inputs by name.
        expected: Click probability of each candidate, float32 [N].
    """

    signature: str
    inputs: dict[str, numpy.typing.NDArray[numpy.generic]]
    expected: FloatArray


def write_warm_up(saved_model: Path, requests: Iterable[WarmUpRequest]) -> None:
    """Writes PredictionLog records where TensorFlow Serving looks for them.

    Args:
        saved_model: The SavedModel's folder.
        requests: The requests.
    """
    path = saved_model / WARM_UP_FILE
    path.parent.mkdir(exist_ok=True)
    with tensorflow.io.TFRecordWriter(str(path)) as writer:
        for request in requests:
            log = prediction_log_pb2.PredictLog(request=predict_pb2.PredictRequest())
            log.request.model_spec.name = MODEL_NAME
            log.request.model_spec.signature_name = request.signature
            for name, value in request.inputs.items():
                log.request.inputs[name].CopyFrom(tensorflow.make_tensor_proto(value))
            log.response.outputs[OUTPUT].CopyFrom(tensorflow.make_tensor_proto(request.expected))
            writer.write(prediction_log_pb2.PredictionLog(predict_log=log).SerializeToString(deterministic=True))


def read_warm_up(saved_model: Path) -> list[WarmUpRequest]:
    """The warm-up requests of a SavedModel."""
    requests = []
    for record in tensorflow.data.TFRecordDataset(str(saved_model / WARM_UP_FILE)):
        log = prediction_log_pb2.PredictionLog.FromString(record.numpy()).predict_log
        inputs = {name: tensorflow.make_ndarray(value) for name, value in log.request.inputs.items()}
        expected = tensorflow.make_ndarray(log.response.outputs[OUTPUT])
        requests.append(WarmUpRequest(log.request.model_spec.signature_name, inputs, expected))
    return requests
