"""The benchmark gives figures in the agreed shape, from a whole refresh."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks import ranker
from benchmarks.measured_process import Measured
from components.train_ranker import step


def test_figures_of_a_small_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In this process, and without the fresh one that checks an export: both start TensorFlow anew."""
    monkeypatch.setattr(step, "replay_in_fresh_process", lambda _: None)
    monkeypatch.setattr(ranker, "CACHED_STEPS", 2)
    served: list[str] = []

    def measured(work: Callable[..., None], *arguments: object) -> Measured:
        work(*arguments)
        served.extend(path.name for path in Path(str(arguments[3])).iterdir())
        return Measured(12.0, 1.0)

    monkeypatch.setattr(ranker, "measured", measured)
    assert ranker.main(["--impressions", "6000", "--epochs", "1", "--folder", str(tmp_path), "--json"]) == 0
    training, waiting, refresh = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert [training["name"], waiting["name"], refresh["name"]] == [
        "ranker: training",
        "ranker: waiting for input",
        "ranker: refresh",
    ]
    assert "one epoch, 2 steps, of 6,000 impressions in requests of 20" in training["work"]
    assert training["ratio"] == pytest.approx(training["value"] / training["reference_value"], abs=0.01)
    assert 0 < waiting["value"] < waiting["reference_value"]
    assert waiting["met"] == (waiting["ratio"] < 0.1)
    # 85 in 100 impressions train.
    assert training["value"] == pytest.approx(5_100 / waiting["reference_value"], rel=0.01)
    assert (refresh["value"], refresh["met"]) == (12.0, True)
    assert sorted(served) == ["202603100030", "models.config"]
    assert not list(tmp_path.iterdir())
