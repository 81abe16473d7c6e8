"""A change reruns exactly what depends on it; everything here goes through kfp.local and its cache."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.orchestration.small_project import run_small_project, write_small_project

ALL = {"first", "second", "third", "beside (the chain)"}


@pytest.fixture(scope="module")
def _finished_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("small") / "project"
    write_small_project(root)
    finished = run_small_project(root)
    assert (finished.code, finished.ran, finished.reused) == (0, ALL, set()), finished
    return root


@pytest.fixture
def project(_finished_project: Path) -> Iterator[Path]:
    """A project whose pipeline has run once; a test's changes are undone afterwards."""
    backup = _finished_project.with_name("backup")
    shutil.copytree(_finished_project, backup, ignore=shutil.ignore_patterns("__pycache__"))
    yield _finished_project
    shutil.rmtree(_finished_project)
    backup.rename(_finished_project)


def test_a_second_run_reuses_every_step_and_says_so(project: Path) -> None:
    finished = run_small_project(project)
    assert (finished.code, finished.ran, finished.reused) == (0, set(), ALL)


def test_a_changed_log_file_reruns_every_step(project: Path) -> None:
    (project / "logs/day=1/rows.txt").write_text("raw")
    finished = run_small_project(project)
    assert (finished.ran, finished.reused) == (ALL, set())
    assert "RESULT raw" in finished.output


def test_a_changed_source_of_a_step_reruns_it_and_what_reads_its_output(project: Path) -> None:
    source = project / "small_steps/second/work.py"
    source.write_text(source.read_text().replace('" ".join', '"+".join'))
    finished = run_small_project(project)
    assert (finished.ran, finished.reused) == ({"second", "third"}, {"first", "beside (the chain)"})


def test_a_changed_setting_reruns_its_step_and_what_reads_its_output(project: Path) -> None:
    settings = project / "settings.json"
    settings.write_text(settings.read_text().replace("2.5", "2.25"))
    finished = run_small_project(project)
    assert (finished.ran, finished.reused) == ({"second", "third"}, {"first", "beside (the chain)"})
    assert "2.25" in finished.output


def test_a_lost_artifact_is_made_again(project: Path) -> None:
    for folder in project.glob("artifacts/*/second"):
        shutil.rmtree(folder)
    assert run_small_project(project).ran == {"second", "third"}


def test_a_refused_input_ends_with_its_reason_and_the_next_run_takes_up_where_it_stopped(project: Path) -> None:
    (project / "logs/day=1/rows.txt").write_text("refuse")
    finished = run_small_project(project)
    assert finished.code == 2
    assert finished.errors.splitlines()[-1].startswith("refused: first: ")
    assert finished.errors.endswith("holds a row to refuse; take it out\n")
    assert finished.ran == {"first"}
    (project / "logs/day=1/rows.txt").write_text("row")
    assert run_small_project(project).reused == ALL


def test_an_unforeseen_error_shows_its_traceback(project: Path) -> None:
    (project / "logs/day=1/rows.txt").write_text("crash")
    finished = run_small_project(project)
    assert finished.code == 1
    assert "ValueError: unforeseen" in finished.output
    assert "first failed" in finished.errors


def test_kfp_itself_stays_quiet(project: Path) -> None:
    finished = run_small_project(project)
    (project / "logs/day=1/rows.txt").write_text("raw")
    for text in (finished.output + finished.errors, run_small_project(project).output):
        assert "KFP Executor" not in text
        assert "executor_input" not in text
        assert "Warning" not in text
