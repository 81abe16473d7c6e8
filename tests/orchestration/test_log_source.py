"""Where a run's logs come from, and when they are made anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.configuration import RunConfiguration, read_configuration
from orchestration.fingerprint import PROJECT_ROOT, folder_fingerprint
from orchestration.log_source import find_logs
from schemas.errors import ContractError
from tests.sources.official_mind import tiny_folder, write_folder

SMALL_SHOP = [
    "simulator.impressions=2000",
    "simulator.users=40",
    "simulator.contents=60",
    "simulator.brands=20",
    "simulator.articles=120",
]


def _configuration(name: str, *overrides: str) -> RunConfiguration:
    return read_configuration(PROJECT_ROOT / "configs" / f"{name}.yaml", list(overrides))


def test_a_named_folder_is_read_as_it_is(tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "rows.txt").write_text("row")
    found = find_logs(_configuration("demo"), logs, tmp_path / "runs")
    assert (found.location, found.fingerprint) == (str(logs), folder_fingerprint(logs))
    assert not (tmp_path / "runs").exists()


def test_a_shop_is_simulated_once_for_the_same_settings(tmp_path: Path) -> None:
    first = find_logs(_configuration("demo", *SMALL_SHOP), None, tmp_path)
    moments = {path: path.stat().st_mtime_ns for path in Path(first.location).rglob("*")}
    again = find_logs(_configuration("demo", *SMALL_SHOP), None, tmp_path)
    assert again == first
    assert {path: path.stat().st_mtime_ns for path in Path(first.location).rglob("*")} == moments
    other = find_logs(_configuration("demo", *SMALL_SHOP, "simulator.seed=5"), None, tmp_path)
    assert other.location != first.location
    assert other.fingerprint != first.fingerprint


def test_an_official_mind_folder_is_converted_once(tmp_path: Path) -> None:
    """The tiny folder's days are two of the configuration's: the last of the window and the test's."""
    official = write_folder(tmp_path / "official", tiny_folder())
    configuration = _configuration("mind")
    first = find_logs(configuration, official, tmp_path / "runs")
    assert Path(first.location).name.startswith("mind-")
    days = {path.name for path in (Path(first.location) / "impressions").iterdir()}
    assert days == {f"day={configuration.as_of[:10]}", "day=2019-11-14"}
    moments = {path: path.stat().st_mtime_ns for path in Path(first.location).rglob("*")}
    assert find_logs(configuration, official, tmp_path / "runs") == first
    assert {path: path.stat().st_mtime_ns for path in Path(first.location).rglob("*")} == moments
    assert find_logs(_configuration("mind", "mind.seed=5"), official, tmp_path / "runs").location != first.location


@pytest.mark.parametrize("source", ["ebnerd", "mind"])
def test_a_source_that_needs_a_folder_asks_for_it(tmp_path: Path, source: str) -> None:
    with pytest.raises(ContractError, match="name a folder with --logs"):
        find_logs(_configuration(source), None, tmp_path)


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="no such folder"):
        find_logs(_configuration("demo"), tmp_path / "missing", tmp_path / "runs")
