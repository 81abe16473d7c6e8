"""An export is measured as a server would find it; each fault is refused by the check that names it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from components.evaluate_ranker.export_checks import export_checks
from components.evaluate_ranker.export_facts import export_facts
from components.evaluate_ranker.settings import EvaluationSettings
from components.train_ranker.warm_up import WARM_UP_FILE, WarmUpRequest, read_warm_up, write_warm_up
from schemas.example_artifact import ExampleArtifact
from tests.components.evaluate_ranker.conftest import TinyRun
from tests.components.evaluate_ranker.tiny_rankers import TinyRanker, export_tiny_model

SETTINGS = EvaluationSettings(
    rank_repeats=2, replayed_requests=5, largest_export_megabytes=1.0, rank_budget_milliseconds=30.0
)


def failed(saved_model: Path, run: TinyRun) -> list[str]:
    facts = export_facts(saved_model, ExampleArtifact(run.examples), SETTINGS)
    return [check.name for check in export_checks(facts, SETTINGS) if not check.passed]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export without a fault; nothing may write into it."""
    return export_tiny_model(tmp_path_factory.mktemp("good") / "saved_model", TinyRanker(1.4, 1.0))


def test_a_good_export_keeps_every_budget(good: Path, tiny_run: TinyRun) -> None:
    assert failed(good, tiny_run) == []
    facts = export_facts(good, ExampleArtifact(tiny_run.examples), SETTINGS)
    assert facts.replayed_requests == 1 + SETTINGS.replayed_requests, "a warm-up request and records"
    assert facts.size_bytes == sum(path.stat().st_size for path in good.rglob("*") if path.is_file())
    assert facts.largest_difference < 1e-6
    assert facts.rank_milliseconds > 0


@pytest.mark.parametrize(
    ("fault", "name"),
    [
        ({"fault": 2e-5}, "export_reproduces_scores"),
        ({"fault": float("nan")}, "export_reproduces_scores"),
        ({"padding": 300_000}, "export_size"),
        ({"work": 100}, "rank_latency"),
    ],
)
def test_a_bad_export_fails_the_check_that_names_its_fault(
    tiny_run: TinyRun, tmp_path: Path, fault: dict[str, Any], name: str
) -> None:
    """`score` says another thing than what was measured; megabytes; a slow `rank`."""
    bad = export_tiny_model(tmp_path / "saved_model", TinyRanker(1.4, 1.0, **fault))
    assert failed(bad, tiny_run) == [name]


def test_a_rank_answer_that_is_not_the_trained_models_fails(good: Path, tiny_run: TinyRun, tmp_path: Path) -> None:
    """A table that changed after training: the warm-up request holds what the trained model answered."""
    bad = tmp_path / "saved_model"
    shutil.copytree(good, bad)
    moved = [WarmUpRequest(one.signature, one.inputs, one.expected * 1.001) for one in read_warm_up(bad)]
    (bad / WARM_UP_FILE).unlink()
    write_warm_up(bad, moved)
    assert failed(bad, tiny_run) == ["export_reproduces_scores"]


def test_an_export_without_requests_to_replay_is_refused(good: Path, tiny_run: TinyRun, tmp_path: Path) -> None:
    bad = tmp_path / "saved_model"
    shutil.copytree(good, bad)
    (bad / WARM_UP_FILE).unlink()
    assert failed(bad, tiny_run) == ["export_reproduces_scores", "rank_latency"]
