"""A ranker's scores of the test rows, on records with a planted signal."""

from __future__ import annotations

from pathlib import Path

import numpy
import pytest

from components.evaluate_ranker.metrics import roc_auc
from components.evaluate_ranker.record_columns import read_record_columns
from components.train_ranker.settings import RankerSettings
from orchestration.rolling.plan import plan_days
from orchestration.rolling.refresh_scores import scores_of_ranker
from schemas.example_artifact import ExampleArtifact
from schemas.step_report import StepReport
from tests.benchmarks.full_examples import write_full_examples
from tests.orchestration.rolling.small_evaluation import LOGS, small_configuration


def test_a_ranker_scores_every_test_row_in_the_order_of_the_records(tmp_path: Path) -> None:
    examples = write_full_examples(tmp_path / "examples")
    ((task,),) = [plan.tasks for plan in plan_days(small_configuration(), LOGS, 1, tmp_path)]
    ranker = RankerSettings(epochs=2, deep_sizes=(8,), rank=2, cross_layers=1, batch_requests=16, learning_rate=0.02)
    report = StepReport("train_ranker", 0.0)
    scores = scores_of_ranker(task.model_copy(update={"ranker": ranker}), examples, True, report)
    clicked = read_record_columns(ExampleArtifact(examples), "test", ()).clicked
    assert scores.shape == clicked.shape
    assert ((scores > 0) & (scores < 1)).all()
    # The planted signal would be lost if rows came in another order.
    assert roc_auc(scores, clicked) > 0.65
    assert numpy.mean(scores) == pytest.approx(clicked.mean(), abs=0.1)
    assert report.counts["epochs"] == 2
