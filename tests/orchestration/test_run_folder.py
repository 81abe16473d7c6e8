"""The traces of a run: its id, its artifacts, and the pointer at the newest."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from orchestration.configuration import read_configuration
from orchestration.fingerprint import PROJECT_ROOT
from orchestration.run_folder import artifact_of_latest, new_run_id, point_latest_at, write_artifacts_file
from schemas.errors import ContractError


def test_run_ids_sort_by_time() -> None:
    configuration = read_configuration(PROJECT_ROOT / "configs" / "demo.yaml")
    start = datetime.datetime(2026, 3, 10, 7, 59, 59, 998_000, datetime.UTC)
    moments = [start + datetime.timedelta(milliseconds=step) for step in range(4)]
    names = [new_run_id(configuration, moment) for moment in moments]
    assert names == sorted(set(names))
    assert names[0] == "demo-202603090000-20260310T075959998"


def test_latest_moves_from_run_to_run_and_leads_to_their_artifacts(tmp_path: Path) -> None:
    for name in ("one", "two"):
        artifact = tmp_path / f"network of {name}"
        artifact.mkdir()
        (tmp_path / name).mkdir()
        write_artifacts_file(tmp_path / name, {"network": str(artifact), "lost": str(tmp_path / "nowhere")})
        point_latest_at(tmp_path, name)
        assert artifact_of_latest(tmp_path, "network") == artifact
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_symlink()) == ["latest"]
    for missing in ("lost", "never made"):
        with pytest.raises(ContractError, match=f"left no {missing} artifact"):
            artifact_of_latest(tmp_path, missing)


def test_without_a_run_there_is_no_artifact(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="run the daily pipeline first"):
        artifact_of_latest(tmp_path, "network")
