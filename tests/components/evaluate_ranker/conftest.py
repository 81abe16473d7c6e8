"""Tiny artifacts are written once for the folder: exporting a model takes a second."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from components.evaluate_ranker.settings import EvaluationSettings
from components.evaluate_ranker.step import evaluate_ranker
from schemas.step_report import StepReport
from tests.components.evaluate_ranker.tiny_examples import write_tiny_examples
from tests.components.evaluate_ranker.tiny_networks import write_tiny_network
from tests.components.evaluate_ranker.tiny_rankers import write_tiny_ranker


@dataclasses.dataclass(frozen=True)
class TinyRun:
    """Inputs of an evaluation and its output."""

    examples: Path
    without_graph: Path
    with_graph: Path
    network: Path
    evaluation: Path
    report: StepReport


def tiny_settings(**changes: object) -> EvaluationSettings:
    """Few resamples and small thresholds; `changes` win."""
    small = {"resamples": 100, "slot_bands": (4,), "page_requests": 12, "rank_repeats": 2, "replayed_requests": 4}
    return EvaluationSettings.model_validate({**small, **changes})


@pytest.fixture(scope="session")
def tiny_run(tmp_path_factory: pytest.TempPathFactory) -> TinyRun:
    """An evaluation of two seeds in which the graph helps; nothing may write into its folders."""
    root = tmp_path_factory.mktemp("evaluation")
    run = TinyRun(
        write_tiny_examples(root / "examples"),
        write_tiny_ranker(root / "without_graph", False, 0.3, seeds=(1, 2)),
        write_tiny_ranker(root / "with_graph", True, 1.4, seeds=(1, 2)),
        write_tiny_network(root / "network"),
        root / "evaluation",
        StepReport("evaluate_ranker", 0.0),
    )
    evaluate_ranker(
        examples=run.examples,
        without_graph=run.without_graph,
        with_graph=run.with_graph,
        network=run.network,
        output=run.evaluation,
        settings=tiny_settings(),
        logs=None,
        report=run.report,
    )
    return run
