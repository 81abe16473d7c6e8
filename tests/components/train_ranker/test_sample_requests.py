"""The warm-up requests of an export: what TensorFlow Serving replays before it lets the first caller in."""

from __future__ import annotations

import collections

import numpy
import tensorflow
from tensorflow_serving.apis import prediction_log_pb2

from components.train_ranker.sample_requests import SLATES
from components.train_ranker.signatures import OUTPUT
from components.train_ranker.warm_up import WARM_UP_FILE
from schemas.ranker_artifact import RankerArtifact


def test_warm_up_holds_prediction_logs_of_both_signatures_and_every_slate_size(trained: RankerArtifact) -> None:
    """Each record is one PredictLog that names a signature, and its inputs' names, types and shapes."""
    saved_model = trained.saved_model()
    signatures = tensorflow.saved_model.load(str(saved_model)).signatures
    sizes = collections.defaultdict(set)
    for record in tensorflow.data.TFRecordDataset(str(saved_model / WARM_UP_FILE)):
        log = prediction_log_pb2.PredictionLog.FromString(record.numpy())
        assert log.WhichOneof("log_type") == "predict_log"
        request = log.predict_log.request
        specification = signatures[request.model_spec.signature_name].structured_input_signature[1]
        assert set(request.inputs) == set(specification)
        for name, tensor in request.inputs.items():
            value = tensorflow.make_ndarray(tensor)
            assert tensor.dtype == specification[name].dtype.as_datatype_enum, name
            assert specification[name].shape.is_compatible_with(value.shape), name
        answer = tensorflow.make_ndarray(log.predict_log.response.outputs[OUTPUT])
        assert numpy.isfinite(answer).all()
        sizes[request.model_spec.signature_name].add(len(answer))
    assert set(sizes) == {"rank", "score"}
    assert sizes["rank"] >= set(SLATES)
