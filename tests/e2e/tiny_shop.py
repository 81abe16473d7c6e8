"""A shop so small that a daily run and its refreshes take seconds, with rankers that remember what they were given.

Graphs, network, embeddings, examples, the checks of train_ranker and the push are the real ones; nothing here measures
how well anything ranks.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest

import pipeline
from components.embed_nodes import step as _embed_step  # noqa: F401 - numba does not load while kfp.local runs
from components.evaluate_ranker import kubeflow_artifacts
from components.evaluate_ranker import report as evaluation_report
from components.evaluate_ranker import step as evaluate_step
from components.evaluate_ranker.fingerprint import fingerprint, meta_fingerprint
from components.evaluate_ranker.kubeflow_artifacts import ShownEvaluation
from components.train_ranker import step as train_step
from components.validate_logs import step as validate_step
from orchestration.command_line import main
from schemas.artifact_meta import ArtifactMeta, write_meta
from schemas.example_artifact import ExampleArtifact
from schemas.folders import whole_folder
from schemas.instants import Instant
from schemas.log_contract import log_contract
from schemas.ranker_artifact import RankerArtifact, TrainingCurve
from schemas.step_report import StepReport
from tests.log_folders import write_validated_logs

PIPELINES = {"daily": pipeline.daily, "refresh": pipeline.refresh}
CONFIGURATION = """
name: tiny
as_of: 2026-03-06T00:00:00Z
window_days: 4
network_days: 2
refresh: 2h
refresh_test: 4h
cold_content_views: 20
source: simulator
simulator: {impressions: 15000, days: 6, contents: 60, articles: 100, brands: 10, users: 80, seed: 3}
network: {embedding_size: 8, lstm_hidden_size: 4, fan_out: [4, 2], epochs: 1}
push: {infra_validation: {enabled: false}}  # remembering rankers are no models
"""
"""Its logs end a day after the daily run's."""


@dataclasses.dataclass(frozen=True)
class RememberingRanker:
    """Instead of weights the digest of everything that training was given."""

    digest: str
    trainable_weights: tuple[Any, ...] = ()


def use_remembering_rankers(patch: pytest.MonkeyPatch) -> None:
    """Takes TensorFlow's training, export and scoring out of the steps, and the checks of clean logs."""
    patch.setattr(validate_step, "validate_logs", _validate)
    patch.setattr(train_step, "train_one", _train)
    patch.setattr(train_step, "export_ranker", _export)
    patch.setattr(train_step, "replay_in_fresh_process", lambda _: None)
    patch.setattr(evaluate_step, "evaluate_ranker", _evaluate)
    patch.setattr(kubeflow_artifacts, "shown_evaluation", lambda _: ShownEvaluation({}, None, None, "", ""))
    patch.setattr(evaluation_report, "write_report", _write_report)
    patch.setattr(evaluation_report, "summary_table", lambda _: "")


def run(folder: Path, name: str, *options: str) -> int:
    """`pipeline.py run --pipeline <name>` in that folder; the exit code."""
    (folder / "tiny.yaml").write_text(CONFIGURATION)
    options = ("--config", str(folder / "tiny.yaml"), "--runs", str(folder / "runs"), *options)
    return main(PIPELINES, ["run", "--pipeline", name, *options])


def artifacts_of(run_folder: Path) -> dict[str, Path]:
    """Where a run's artifacts lie."""
    locations = json.loads((run_folder / "artifacts.json").read_text())
    return {name: Path(location) for name, location in locations.items()}


def _validate(*, logs: Path, output: Path, start: Instant, end: Instant, report: StepReport, **_: object) -> None:
    """The simulated logs are in order."""
    names = [name for name in log_contract() if (logs / name).is_dir()]
    tables = {name: pyarrow.parquet.read_table(logs / name, partitioning=None).to_pandas() for name in names}
    write_validated_logs(output, tables, start, end)
    report.counts["impressions_read"] = len(tables["impressions"])


def _train(
    source: ExampleArtifact, with_graph: bool, _settings: object, seed: int, earlier: RankerArtifact | None
) -> tuple[RememberingRanker, TrainingCurve]:
    read = [path.read_bytes() for split in ("train", "validation") for path in source.records(split)]
    read += [str(with_graph).encode(), earlier.weights(seed).read_bytes() if earlier else b""]
    digest = hashlib.sha256(b"".join(read)).hexdigest()
    return RememberingRanker(digest), TrainingCurve(seed=seed, training_loss=(0.1,), validation_loss=(0.1,))


def _export(ranker: RememberingRanker, source: ExampleArtifact, _graph: bool, _settings: object, folder: Path) -> Path:
    saved_model = folder / "saved_model"
    saved_model.mkdir(parents=True)
    tables = hashlib.sha256(source.serving_table("content").read_bytes()).hexdigest()
    (saved_model / "saved_model.pb").write_text(f"{ranker.digest} {tables}")
    (folder / "model.weights.h5").write_text(ranker.digest)
    return saved_model


def _evaluate(*, examples: Path, with_graph: Path, output: Path, report: StepReport, **_: object) -> None:
    """Blesses every ranker."""
    source = ExampleArtifact(examples)
    with whole_folder(output) as folder:
        (folder / "evaluation.json").write_text(json.dumps({"verdict": {"blessed": True, "reasons": []}}))
        inputs = {"examples": meta_fingerprint(examples), "with_graph": fingerprint(with_graph)}
        write_meta(
            folder,
            ArtifactMeta(kind="evaluation", as_of=source.meta.as_of, largest_event_time=None, inputs=inputs),
        )
    report.counts["blessed"] = 1


def _write_report(_evaluation: Path, steps: list[Any], _configuration: object, folder: Path) -> dict[str, Any]:
    folder.mkdir(parents=True, exist_ok=True)
    report = {"steps": [step.values() for step in steps]}
    (folder / "report.json").write_text(json.dumps(report))
    return report
