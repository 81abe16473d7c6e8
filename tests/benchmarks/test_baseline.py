"""The LightGBM baseline learns what the records hold and reports it in the agreed shape."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import baseline
from components.evaluate_ranker.comparators.boosted_trees import PARAMETERS
from schemas.example_artifact import ExampleArtifact
from tests.benchmarks.full_examples import write_full_examples

KEYS = {"name", "work", "value", "unit", "reference", "reference_value", "ratio", "peak_memory_gb", "goal", "met"}


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_full_examples(tmp_path_factory.mktemp("examples") / "examples")


@pytest.fixture(scope="module")
def scores(examples: Path) -> Iterator[baseline.Scores]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(PARAMETERS, "num_threads", 1)  # two threads wait for each other when tests run in parallel
        yield baseline.baseline_scores(ExampleArtifact(examples))


def test_it_finds_the_signal_that_only_the_embeddings_hold(scores: baseline.Scores) -> None:
    assert 0.6 < scores["without_graph"]["auc"] < 0.8
    assert scores["with_graph"]["auc"] > scores["without_graph"]["auc"] + 0.05
    assert scores["with_graph"]["auc_per_request"] > scores["without_graph"]["auc_per_request"] + 0.05


def test_the_same_records_give_the_same_figures(examples: Path, scores: baseline.Scores) -> None:
    assert baseline.baseline_scores(ExampleArtifact(examples)) == scores


def test_json_is_the_last_line(
    examples: Path, scores: baseline.Scores, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(baseline, "baseline_scores", lambda _artifact: scores)
    assert baseline.main(["--examples", str(examples), "--json"]) == 0
    lines = capsys.readouterr().out.strip().splitlines()
    figures = json.loads(lines[-1])
    assert [set(figure) for figure in figures] == [KEYS, KEYS]
    assert all(figure["met"] for figure in figures)
    assert f"{figures[0]['value']:.4f}" in "\n".join(lines[:-1])


def write_run(folder: Path, auc: float, as_of: str) -> Path:
    folder.mkdir()
    rankers = {name: {"auc": auc, "auc_per_request": auc} for name in baseline.RANKERS}
    (folder / "report.json").write_text(json.dumps({"as_of": as_of, "rankers": rankers}), encoding="utf-8")
    return folder


def test_rankers_are_held_against_lightgbm(examples: Path, scores: baseline.Scores, tmp_path: Path) -> None:
    artifact = ExampleArtifact(examples)
    good = baseline.run_scores(write_run(tmp_path / "good", 0.99, artifact.meta.as_of), artifact)
    poor = baseline.run_scores(write_run(tmp_path / "poor", 0.51, artifact.meta.as_of), artifact)
    for rankers, met in ((good, True), (poor, False)):
        figures = baseline.figures(artifact, scores, rankers)
        assert len(figures) == 4
        assert {figure["met"] for figure in figures} == {met}
        assert figures[0]["reference_value"] == round(scores["without_graph"]["auc"], 5)
    assert "0.9900" in baseline.table(scores, good)


def test_the_report_of_another_run_is_refused(
    examples: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = write_run(tmp_path / "run", 0.9, "2020-01-01T00:00:00Z")
    assert baseline.main(["--examples", str(examples), "--run", str(run)]) == 2
    assert "take both from one run" in capsys.readouterr().err
    assert baseline.main(["--examples", str(examples), "--run", str(tmp_path)]) == 2
