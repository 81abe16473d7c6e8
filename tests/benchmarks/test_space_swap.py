"""What a swap costs is told with its interval, and only the aligned network is held to the goal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy
import pytest

from benchmarks import space_swap
from benchmarks.swapped_embeddings import ALIGNED, NOT_ALIGNED, YESTERDAY, finished_run
from components.evaluate_ranker.metrics import roc_auc
from components.evaluate_ranker.record_columns import RecordColumns
from components.train_ranker.settings import RankerSettings
from schemas.errors import ContractError


def test_a_loss_misses_the_goal_and_an_equal_ranker_meets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    generator = numpy.random.default_rng(0)
    requests = numpy.repeat(numpy.arange(300), 8)
    clicked = generator.random(2_400) < 0.2
    users = numpy.arange(300) % 60
    columns = RecordColumns(requests, users[requests], users, clicked, {})
    good = numpy.stack([clicked + generator.normal(size=2_400) for _ in range(2)])
    worse = good + generator.normal(size=good.shape)
    monkeypatch.setattr(space_swap, "read_record_columns", lambda *_: columns)

    def figures(aligned: numpy.ndarray) -> dict[str, Any]:
        scores = {YESTERDAY: good, ALIGNED: aligned, NOT_ALIGNED: worse}
        monkeypatch.setattr(space_swap, "scores_of_test_rows", lambda *_: scores)
        found = space_swap.figures(dict.fromkeys(scores, None), RankerSettings(), 100)  # type: ignore[arg-type]  # read nowhere
        return {f"{figure.name.split(': ')[1]}, {figure.unit}": figure for figure in found}

    lost = figures(worse)[f"{ALIGNED}, ROC-AUC, pooled"]
    assert not lost.met
    assert lost.value == pytest.approx(numpy.mean([roc_auc(scores, clicked) for scores in worse]))
    assert f"change {100 * (lost.value - lost.reference_value):+.3f} pp [-" in lost.work
    same = figures(good)
    assert same[f"{ALIGNED}, ROC-AUC, pooled"].met
    assert same[f"{ALIGNED}, ROC-AUC per request"].ratio == 1
    assert same[f"{NOT_ALIGNED}, ROC-AUC, pooled"].goal.startswith("none, for contrast (change -")


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"artifacts\.json: not found; give the folder of a finished"):
        finished_run(tmp_path)
