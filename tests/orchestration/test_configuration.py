"""A run's configuration fails fast, and the files that ship with the project are valid."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.configuration import read_configuration
from orchestration.fingerprint import PROJECT_ROOT
from schemas.errors import ContractError
from schemas.instants import DAY, HOUR

SMALL = "name: small\nas_of: 2026-03-09T00:00:00Z\nsource: simulator\n"


def _written(folder: Path, text: str) -> Path:
    path = folder / "small.yaml"
    path.write_text(text)
    return path


@pytest.mark.parametrize("path", sorted((PROJECT_ROOT / "configs").glob("*.yaml")), ids=lambda path: str(path.stem))
def test_every_shipped_configuration_is_valid(path: Path) -> None:
    assert read_configuration(path).name == path.stem


def test_the_simulated_days_of_the_demo_are_the_window_and_the_test_days() -> None:
    configuration = read_configuration(PROJECT_ROOT / "configs" / "demo.yaml")
    assert configuration.simulator.start == configuration.timeline.window_start
    assert configuration.simulator.end == configuration.timeline.test_end


def test_the_timeline_follows_the_keys(tmp_path: Path) -> None:
    text = SMALL + "window_days: 5\nnetwork_days: 2\ntest_days: 2\nrefresh: 2h\n"
    timeline = read_configuration(_written(tmp_path, text)).timeline
    assert timeline.as_of - timeline.window_start == 5 * DAY
    assert timeline.network_end - timeline.window_start == 2 * DAY
    assert timeline.test_end - timeline.as_of == 2 * DAY
    assert timeline.refresh == 2 * HOUR


@pytest.mark.parametrize("text", ["2023-05-25T07:00:00Z", "'2023-05-25T07:00:00Z'", "2023-05-25T09:00:00+02:00"])
def test_as_of_may_be_a_yaml_date_or_text(tmp_path: Path, text: str) -> None:
    path = _written(tmp_path, SMALL.replace("2026-03-09T00:00:00Z", text))
    assert read_configuration(path).as_of == "2023-05-25T07:00:00Z"


@pytest.mark.parametrize(
    ("addition", "parts"),
    [
        ("epochs: 3\n", ["small.yaml", "unknown key 'epochs'", "known keys here: name, as_of"]),
        ("ranker: {epoch: 3}\n", ["small.yaml", "section 'ranker'", "unknown key 'epoch'", "epochs"]),
        ("ranker: 3\n", ["small.yaml", "section 'ranker'", "expected keys and values"]),
        ("ranker: {epochs: many}\n", ["small.yaml", "section 'ranker'", "'epochs'", "'many'"]),
        ("refresh: 7h\n", ["small.yaml", "does not divide a day"]),
        ("network_days: 7\n", ["small.yaml", "network_days is 7"]),
    ],
)
def test_refuses_with_the_file_the_section_the_key_and_what_is_known(
    tmp_path: Path, addition: str, parts: list[str]
) -> None:
    with pytest.raises(ContractError) as caught:
        read_configuration(_written(tmp_path, SMALL + addition))
    assert [part for part in parts if part not in str(caught.value)] == []


def test_an_override_is_checked_like_the_file(tmp_path: Path) -> None:
    path = _written(tmp_path, SMALL)
    assert read_configuration(path, ["ranker.epochs=2"]).ranker.epochs == 2
    with pytest.raises(ContractError, match="unknown key 'epoch'"):
        read_configuration(path, ["ranker.epoch=2"])
