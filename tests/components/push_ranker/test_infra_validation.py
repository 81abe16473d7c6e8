"""A model that loads and answers in a fresh process passes; each fault is refused with its value and its limit."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from components.push_ranker import infra_validation
from components.push_ranker.infra_process import measure
from components.push_ranker.infra_validation import reason_to_refuse
from components.push_ranker.settings import InfraValidationSettings
from components.train_ranker.warm_up import WARM_UP_FILE
from schemas.errors import ContractError
from tests.components.evaluate_ranker.tiny_rankers import TinyRanker, export_tiny_model

SETTINGS = InfraValidationSettings(rank_candidates=50, rank_repeats=2)
FINE: dict[str, Any] = {"load_seconds": 1.0, "rank_milliseconds": 2.0, "differences": [["rank", 1e-7], ["score", 0.0]]}


@pytest.fixture(scope="module")
def saved_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model without a fault; nothing may write into it."""
    return export_tiny_model(tmp_path_factory.mktemp("model") / "saved_model", TinyRanker(1.4, 1.0))


def test_a_model_that_a_fresh_process_can_serve_is_not_refused(saved_model: Path) -> None:
    assert reason_to_refuse(saved_model, SETTINGS) is None


def test_what_is_measured_is_of_this_model(saved_model: Path) -> None:
    found = measure(saved_model, 50, 2)
    assert all(difference < 1e-6 for _, difference in found["differences"])
    assert "rank" in {signature for signature, _ in found["differences"]}
    assert found["rank_milliseconds"] > 0
    assert found["load_seconds"] > 0


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"rank_milliseconds": 100.5}, "rank_milliseconds: 100 ms, at most 100 ms is allowed"),
        ({"rank_milliseconds": math.nan}, "rank_milliseconds: not measured, at most 100 ms"),
        ({"load_seconds": 121.0}, "load_seconds: 121 s, at most 120 s is allowed (push.infra_validation.load_seconds)"),
        (
            {"differences": [["rank", 0.0], ["score", 2e-5]]},
            "request 1 (score): its scores differ by up to 2e-05",
        ),
        ({"differences": [["rank", math.inf]]}, "warm-up request 0 (rank)"),
        ({"differences": [["rank", math.nan]]}, "at most 1e-05 is allowed (push.infra_validation.largest_difference)"),
        ({"differences": []}, "no warm-up request to replay"),
    ],
)
def test_a_limit_that_is_not_kept_is_the_reason(
    monkeypatch: pytest.MonkeyPatch, fault: dict[str, Any], reason: str
) -> None:
    answer: dict[str, Any] = FINE

    def finished(*_: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess([], 0, f"a note of a library\n{json.dumps(answer)}\n", "")

    monkeypatch.setattr(infra_validation, "run_in_fresh_process", finished)
    assert reason_to_refuse(Path("model"), SETTINGS) is None
    answer = FINE | fault
    assert reason in str(reason_to_refuse(Path("model"), SETTINGS))


def test_a_process_that_is_killed_is_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that does not fit into memory."""
    killed = subprocess.CompletedProcess([], -9, "", "loading\nKilled\n")
    monkeypatch.setattr(infra_validation, "run_in_fresh_process", lambda *_: killed)
    assert reason_to_refuse(Path("model"), SETTINGS) == "Killed (exit code -9)"


def test_a_model_that_cannot_be_loaded_or_asked_is_refused(saved_model: Path, tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="nothing: TensorFlow cannot load it"):
        measure(tmp_path / "nothing", 50, 2)
    shutil.copytree(saved_model, cold := tmp_path / "cold")
    (cold / WARM_UP_FILE).unlink()
    with pytest.raises(ContractError, match=r"no assets.extra/tf_serving_warmup_requests; the first callers"):
        measure(cold, 50, 2)


def test_it_can_be_turned_off(tmp_path: Path) -> None:
    assert reason_to_refuse(tmp_path / "nothing", InfraValidationSettings(enabled=False)) is None
