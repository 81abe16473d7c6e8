"""Loads a version and runs its warm-up requests, so that no caller meets a cold model."""

from __future__ import annotations

from pathlib import Path

import tensorflow
from tensorflow_serving.apis import prediction_log_pb2

from components.train_ranker.warm_up import WARM_UP_FILE
from serving.local_server.prediction import predict
from serving.local_server.refusals import invalid_argument
from serving.local_server.saved_model import SavedModel
from serving.local_server.settings import LocalServerSettings

MOST_RECORDS = 1000


def load_warm(path: Path, settings: LocalServerSettings) -> SavedModel:
    """Loads a SavedModel and replays what is in its assets.extra, as TensorFlow Serving does.

    Args:
        path: The SavedModel's folder.
        settings: Threads and limits.

    Raises:
        RefusalError: A warm-up request fails; TensorFlow Serving does not serve such a version either.
    """
    model = SavedModel(path, settings.intra_operation_threads)
    recorded = path / WARM_UP_FILE
    if recorded.is_file():
        for number, record in enumerate(tensorflow.data.TFRecordDataset(str(recorded))):
            if number == MOST_RECORDS:
                raise invalid_argument(f"Number of warmup records exceeds the maximum ({MOST_RECORDS}) at {recorded}")
            log = prediction_log_pb2.PredictionLog.FromString(record.numpy())
            predict(model, 0, log.predict_log.request, settings.most_values)
    return model
