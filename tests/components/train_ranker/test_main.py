"""The step's command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from components.train_ranker.__main__ import main


def test_an_unknown_setting_is_refused_by_name_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "run.yaml"
    config.write_text("ranker: {epoch: 3}\n")
    output = tmp_path / "ranker"
    code = main(["--examples", str(tmp_path), "--output", str(output), "--config", str(config), "--no-with-graph"])
    assert code == 2
    assert "unknown key 'epoch'" in capsys.readouterr().err
    assert not output.exists()


def test_missing_examples_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--examples", str(tmp_path / "nowhere"), "--output", str(tmp_path / "ranker")]) == 2
    assert "nowhere" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
