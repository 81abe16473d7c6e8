"""A day of a tiny shop from logs to the table; killed on the way it goes on, and again it only shows the table."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy
import pytest

from components.evaluate_ranker.metrics import FloatArray
from components.evaluate_ranker.record_columns import read_record_columns
from orchestration.arguments import Input
from orchestration.fingerprint import folder_fingerprint
from orchestration.rolling import refresh_scores, rolling_run, seed_scores
from orchestration.rolling.plan import plan_days
from orchestration.rolling.rolling_run import run_rolling
from orchestration.rolling.seed_scores import make_seed_scores
from orchestration.rolling.seed_task import SeedTask
from orchestration.rolling.table import rolling_table
from schemas.errors import ContractError
from schemas.example_artifact import ExampleArtifact
from schemas.step_report import StepReport
from sources.simulator import simulate
from tests.orchestration.rolling.small_evaluation import small_configuration


class Killed(BaseException):
    """In the place of a signal."""


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Input:
    folder = tmp_path_factory.mktemp("shop") / "logs"
    simulate(output=folder, settings=small_configuration().simulator)
    return Input(str(folder), folder_fingerprint(folder))


def scores_of_a_stand_in(task: SeedTask, examples: Path, with_graph: bool, report: StepReport) -> FloatArray:
    """Clicks per view of the last day, in the place of a ranker, whose training takes longer than all the rest."""
    assert report.name.startswith(f"train_ranker ({'with' if with_graph else 'without'} graph")
    columns = read_record_columns(ExampleArtifact(examples), "test", ["content_click_rate_1d"])
    noise = numpy.random.default_rng([task.seed, with_graph]).normal(0, 0.01, len(columns.clicked))
    scores: FloatArray = columns.values["content_click_rate_1d"] + noise
    return scores


def in_this_process(tasks: Sequence[SeedTask], processes: int) -> None:
    assert processes == 2
    for task in tasks:
        make_seed_scores(task)


def test_a_killed_evaluation_goes_on_and_a_finished_one_is_not_repeated(
    logs: Input, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    configuration = small_configuration()
    monkeypatch.setattr(rolling_run, "run_side_by_side", in_this_process)
    monkeypatch.setattr(refresh_scores, "scores_of_ranker", scores_of_a_stand_in)

    def kill(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(refresh_scores, "_compare", kill)
        with pytest.raises(Killed):
            run_rolling(configuration, logs, 1, tmp_path / "runs", tmp_path / "killed")
    assert "train_ranker (with graph, 1d): started" in capsys.readouterr().out

    report = run_rolling(configuration, logs, 1, tmp_path / "runs", tmp_path / "first")
    started = [line for line in capsys.readouterr().out.splitlines() if line.endswith(": started")]
    assert started[0] == "comparators (1d): started"  # nothing before it again
    assert started[-1] == "comparators (12h): started"
    assert len(started) == 5

    again = run_rolling(configuration, logs, 1, tmp_path / "runs", tmp_path / "second")
    assert "started" not in capsys.readouterr().out
    assert again == report == json.loads((tmp_path / "second" / "report.json").read_text(encoding="utf-8"))
    assert [day["as_of"] for day in report["days"]] == ["2026-03-05T00:00:00Z"]
    assert not list((tmp_path / "runs" / "rolling").glob("*/*.working"))
    assert "lift of the graph" in rolling_table(report)
    assert "What the graph adds, day after day" in (tmp_path / "second" / "report.html").read_text(encoding="utf-8")
    # A longer refresh knows less: content published on the day has no counters yet, everything else is equal.
    assert report["refreshes"]["1d"]["rankers"] != report["refreshes"]["12h"]["rankers"]


def test_no_day_is_refused(logs: Input, tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="--test-days 0"):
        run_rolling(small_configuration(), logs, 0, tmp_path / "runs", tmp_path / "run")


def test_a_child_waits_for_the_end_of_its_parent_before_it_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[object] = []
    monkeypatch.setattr(seed_scores, "end_with_the_parent", lambda: called.append("watch"))
    monkeypatch.setattr(seed_scores, "make_seed_scores", called.append)
    ((task,),) = [plan.tasks for plan in plan_days(small_configuration(), Input("/logs", "any"), 1, tmp_path)]
    file = tmp_path / "task.json"
    file.write_text(task.model_dump_json(), encoding="utf-8")
    assert seed_scores.main([str(file), "--child"]) == 0
    assert seed_scores.main([str(file)]) == 0
    assert called == ["watch", task, task]
