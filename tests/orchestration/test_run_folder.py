"""The traces of a run: its id, its artifacts, and the pointer at the newest."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest

from orchestration.configuration import read_configuration
from orchestration.fingerprint import PROJECT_ROOT
from orchestration.run_folder import (
    ARTIFACTS_FILE,
    LATEST,
    artifacts_of,
    new_run_id,
    point_latest_at,
    write_artifacts_file,
)
from schemas.errors import ContractError


def test_run_ids_sort_by_time() -> None:
    configuration = read_configuration(PROJECT_ROOT / "configs" / "demo.yaml")
    start = datetime.datetime(2026, 3, 10, 7, 59, 59, 998_000, datetime.UTC)
    moments = [start + datetime.timedelta(milliseconds=step) for step in range(4)]
    names = [new_run_id(configuration, moment) for moment in moments]
    assert names == sorted(set(names))
    assert names[0] == "demo-202603090000-20260310T075959998"


def test_latest_moves_from_run_to_run(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write_artifacts_file(tmp_path / name, {"network": f"network of {name}"})
        point_latest_at(tmp_path, name)
        assert json.loads((tmp_path / LATEST / ARTIFACTS_FILE).read_text()) == {"network": f"network of {name}"}
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_symlink()) == [LATEST]


def test_artifacts_that_are_gone_are_named(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"artifacts\.json: not found; give the folder of a finished daily run"):
        artifacts_of(tmp_path)
    (tmp_path / "there").mkdir()
    locations = {"network": str(tmp_path / "there"), "examples": "/gone"}
    write_artifacts_file(tmp_path, locations)
    assert artifacts_of(tmp_path, "network") == {name: Path(location) for name, location in locations.items()}
    with pytest.raises(ContractError, match="its examples /gone is gone; run the daily pipeline again"):
        artifacts_of(tmp_path, "network", "examples")
    with pytest.raises(ContractError, match="its embeddings None is gone"):
        artifacts_of(tmp_path, "embeddings")
