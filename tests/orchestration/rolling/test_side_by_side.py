"""Processes: what is kept is not computed again, a refusal keeps its words, no process outlives the one that waits."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.fingerprint import PROJECT_ROOT
from orchestration.local_run import StepFailedError
from orchestration.rolling import side_by_side
from orchestration.rolling.plan import plan_days
from orchestration.rolling.seed_task import SeedTask
from schemas.errors import ContractError
from tests.orchestration.rolling.small_evaluation import LOGS, small_configuration

MODULE = "tests.orchestration.rolling.stand_in"


@pytest.fixture
def tasks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[SeedTask]:
    monkeypatch.setattr(side_by_side, "MODULE", MODULE)
    (plan,) = plan_days(small_configuration(seeds=(1, 2, 3)), LOGS, 1, tmp_path)
    plan.folder.mkdir(parents=True)
    return list(plan.tasks)


def test_every_task_runs_once(tasks: list[SeedTask], capsys: pytest.CaptureFixture[str]) -> None:
    side_by_side.run_side_by_side(tasks, 2)
    assert all((task.output / "done").is_file() for task in tasks)
    (tasks[1].output / "done").unlink()  # it would be written again
    side_by_side.run_side_by_side(tasks, 2)
    assert not (tasks[1].output / "done").exists()
    assert "3 of 3 days and seeds are kept from before" in capsys.readouterr().out


def test_a_refusal_keeps_its_words_and_the_others_are_kept(tasks: list[SeedTask]) -> None:
    refused = tasks[1].output.with_name(tasks[1].output.name + ".refuse")
    refused.touch()
    with pytest.raises(ContractError, match="seed 2: no such logs"):
        side_by_side.run_side_by_side(tasks[:2], 2)
    assert (tasks[0].output / "done").is_file()
    refused.rename(tasks[1].output.with_name(tasks[1].output.name + ".crash"))
    with pytest.raises(StepFailedError, match=r"seed 2 ended with code 1; its error stands in .*\.log"):
        side_by_side.run_side_by_side(tasks[:2], 2)


def test_a_process_ends_with_the_one_that_waits_for_it() -> None:
    lines = "import time\nfrom orchestration.rolling.child_process import end_with_the_parent\n"
    lines += "end_with_the_parent()\nprint('waits', flush=True)\ntime.sleep(60)\n"
    child = subprocess.Popen(
        [sys.executable, "-c", lines], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=PROJECT_ROOT
    )
    assert child.stdin is not None
    assert child.stdout is not None
    assert child.stdout.readline() == b"waits\n"
    child.stdin.close()
    assert child.wait(timeout=20) == 1
    child.stdout.close()
