"""The step runs from a shell, says why it refuses, and needs no deep-learning framework."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from components.write_examples.__main__ import main
from schemas.example_artifact import ExampleArtifact
from tests.components.write_examples.small_world import TIMELINE, World, world_tables, write_world


def run(monkeypatch: pytest.MonkeyPatch, world: World, output: Path, *further: str) -> int:
    paths = ["--logs", str(world.logs), "--embeddings", str(world.embeddings), "--output", str(output)]
    arguments = [*paths, "--as-of", "2026-03-09", "--refresh", "2h", *further]
    monkeypatch.setattr(sys, "argv", ["write_examples", *arguments])
    return main()


def test_a_run_with_a_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    world = write_world(tmp_path, world_tables())
    configuration = tmp_path / "run.yaml"
    configuration.write_text("examples: {content_smoothing: 7, candidates_per_file: 100}\n")
    assert run(monkeypatch, world, tmp_path / "examples", "--config", str(configuration)) == 0
    artifact = ExampleArtifact(tmp_path / "examples")
    assert artifact.details.smoothing == 7
    assert artifact.meta.as_of_instant == TIMELINE.as_of
    assert f"test_requests {artifact.details.requests['test']}" in capsys.readouterr().out
    configuration.write_text("examples: {smoothing_of_content: 7}\n")
    assert run(monkeypatch, world, tmp_path / "other", "--config", str(configuration)) == 2
    assert "unknown key 'smoothing_of_content'" in capsys.readouterr().err
    assert not (tmp_path / "other").exists()


def test_missing_logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    world = World({}, tmp_path / "logs", tmp_path / "embeddings")
    assert run(monkeypatch, world, tmp_path / "examples") == 2
    assert str(tmp_path / "logs") in capsys.readouterr().err
    assert not (tmp_path / "examples").exists()


def test_the_image_without_frameworks_can_run_it() -> None:
    code = (
        "import sys, components.write_examples.step; sys.exit(bool({'tensorflow', 'torch', 'kfp'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
