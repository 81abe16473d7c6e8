"""Figures in the agreed shape: one epoch really trains, the rankers of the refresh are stand-ins."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks import ranker
from benchmarks.measured_process import Measured
from schemas.example_artifact import ExampleArtifact
from tests.components.push_ranker.served_folder import write_ranker


def test_figures_of_a_small_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    trained: list[dict[str, Any]] = []
    served: list[str] = []

    def train_ranker(**arguments: Any) -> None:
        trained.append(arguments)
        write_ranker(arguments["output"], as_of=ExampleArtifact(arguments["examples"]).meta.as_of)

    def measured(work: Callable[..., None], *arguments: object) -> Measured:
        work(*arguments)
        served.extend(path.name for path in Path(str(arguments[3])).iterdir())
        return Measured(601.0, 1.0)

    monkeypatch.setattr(ranker, "train_ranker", train_ranker)
    monkeypatch.setattr(ranker, "measured", measured)
    monkeypatch.setattr(ranker, "CACHED_STEPS", 2)
    assert ranker.main(["--impressions", "6000", "--epochs", "3", "--folder", str(tmp_path), "--json"]) == 0

    earlier, refreshed = trained
    assert refreshed["warm_start"] == earlier["output"]
    assert (refreshed["settings"].epochs, refreshed["settings"].patience) == (3, 3)
    assert sorted(served) == [".lock", "202603100030", "models.config"]
    training, waiting, refresh = json.loads(capsys.readouterr().out.splitlines()[-1])
    names = ["ranker: training", "ranker: waiting for input", "ranker: refresh"]
    assert [figure["name"] for figure in (training, waiting, refresh)] == names
    assert "one epoch, 2 steps, of 6,000 impressions in requests of 20" in training["work"]
    assert training["ratio"] == pytest.approx(training["value"] / training["reference_value"], abs=0.01)
    assert 0 < waiting["value"] < waiting["reference_value"]
    assert waiting["met"] == (waiting["ratio"] < 0.1)
    # 85 in 100 impressions train.
    assert training["value"] == pytest.approx(5_100 / waiting["reference_value"], rel=0.01)
    assert (refresh["value"], refresh["met"]) == (601.0, False)
    assert not list(tmp_path.iterdir())
