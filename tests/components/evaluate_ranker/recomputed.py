"""An evaluation of tiny artifacts again with something changed, and its numbers once more with scikit-learn."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy
import sklearn.metrics
import tensorflow

from components.evaluate_ranker.metrics import FloatArray
from components.evaluate_ranker.step import evaluate_ranker
from schemas.step_report import StepReport
from tests.components.evaluate_ranker.conftest import TinyRun, tiny_settings


def evaluation_of(run: TinyRun) -> dict[str, Any]:
    values: dict[str, Any] = json.loads((run.evaluation / "evaluation.json").read_text(encoding="utf-8"))
    return values


def records_of(examples: Path) -> list[dict[str, Any]]:
    """The test records as plain lists, read with TensorFlow's own message class."""
    paths = sorted(str(path) for path in (examples / "test").glob("*.tfrecord"))
    records = []
    for serialized in tensorflow.data.TFRecordDataset(paths).as_numpy_iterator():
        features = tensorflow.train.Example.FromString(serialized).features.feature
        records.append({name: list(getattr(value, value.WhichOneof("kind")).value) for name, value in features.items()})
    return records


def tiny_scores(record: dict[str, Any], taste_weight: float) -> FloatArray:
    rate, taste = numpy.array(record["content_click_rate_7d"]), numpy.array(record["order_cosine"])
    scores: FloatArray = 1 / (1 + numpy.exp(-(2 * numpy.log(rate) + 2 + taste_weight * taste)))
    return scores


def aucs(records: list[dict[str, Any]], taste_weight: float) -> tuple[float, float]:
    """Pooled and mean per-request ROC-AUC."""
    scores = [tiny_scores(record, taste_weight) for record in records]
    clicked = [record["clicked"] for record in records]
    pooled = sklearn.metrics.roc_auc_score(numpy.concatenate(clicked), numpy.concatenate(scores))
    both = [(labels, values) for labels, values in zip(clicked, scores, strict=True) if 0 < sum(labels) < len(labels)]
    return pooled, float(numpy.mean([sklearn.metrics.roc_auc_score(*pair) for pair in both]))


def run_again(run: TinyRun, output: Path, **changes: Any) -> dict[str, Any]:
    arguments: dict[str, Any] = {
        "examples": run.examples,
        "without_graph": run.without_graph,
        "with_graph": run.with_graph,
        "network": run.network,
        "settings": tiny_settings(),
        "logs": None,
        **changes,
    }
    evaluate_ranker(output=output, report=StepReport("evaluate_ranker", 0.0), **arguments)
    text = (output / "evaluation.json").read_text(encoding="utf-8")
    assert "NaN" not in text
    assert "Infinity" not in text
    body: dict[str, Any] = json.loads(text)
    return body
