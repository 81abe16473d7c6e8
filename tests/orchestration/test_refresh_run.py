"""What a refresh is asked for, before anything runs."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

import pipeline
from orchestration.arguments import Input
from orchestration.clock import last_refresh
from orchestration.command_line import main
from orchestration.configuration import read_configuration
from orchestration.fingerprint import PROJECT_ROOT
from orchestration.prepared_run import artifact_input, logs_address
from schemas.artifact_meta import ArtifactMeta, write_meta
from schemas.errors import ContractError
from schemas.instants import format_instant

PIPELINES = {"daily": pipeline.daily, "refresh": pipeline.refresh}
MOMENT = datetime.datetime(2026, 3, 10, 7, 59, 59, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("refresh", "as_of", "expected"),
    [
        ("30m", "2026-03-09T00:00:00Z", "2026-03-10T07:30:00Z"),
        ("2h", "2026-03-09T00:00:00Z", "2026-03-10T06:00:00Z"),
        ("2h", "2026-03-09T07:00:00Z", "2026-03-10T07:00:00Z"),
        ("30m", "2026-03-10T07:59:00Z", "2026-03-10T07:59:00Z"),
    ],
)
def test_without_an_instant_it_is_the_last_one_of_the_grid(refresh: str, as_of: str, expected: str) -> None:
    path = PROJECT_ROOT / "configs" / "production.yaml"
    configuration = read_configuration(path, [f"refresh={refresh}", f"as_of={as_of}"])
    assert format_instant(last_refresh(configuration, MOMENT)) == expected


def artifact(folder: Path, as_of: str) -> Path:
    folder.mkdir()
    write_meta(folder, ArtifactMeta(kind="ranker", as_of=as_of, largest_event_time=None))
    return folder


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("refresh", "--as-of", "2026-03-09T00:00:00Z"), "a refresh has none; name the end of its logs with --until"),
        (("daily", "--until", "2026-03-10T00:00:00Z"), "only a refresh has it"),
        (("refresh", "--until", "2026-03-10T00:00:00Z"), "run the daily pipeline first"),
    ],
)
def test_an_option_of_the_other_pipeline_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], message: str
) -> None:
    assert main(PIPELINES, ["run", "--runs", str(tmp_path / "runs"), "--pipeline", *options]) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "runs").exists()


def test_rankers_that_were_trained_on_until_different_instants_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    named = {
        "--network": artifact(tmp_path / "network", "2026-03-06T00:00:00Z"),
        "--ranker-with-graph": artifact(tmp_path / "with", "2026-03-09T00:00:00Z"),
        "--ranker-without-graph": artifact(tmp_path / "without", "2026-03-09T01:00:00Z"),
    }
    options = [str(part) for pair in named.items() for part in pair]
    command = ["run", "--runs", str(tmp_path / "runs"), "--pipeline", "refresh", "--until", "2026-03-11T00:00:00Z"]
    assert main(PIPELINES, [*command, *options]) == 2
    assert "rows before 2026-03-09T01:00:00Z" in capsys.readouterr().err


def test_an_artifact_is_named_by_what_its_metas_say(tmp_path: Path) -> None:
    folder = artifact(tmp_path / "ranker", "2026-03-09T00:00:00Z")
    before = artifact_input(folder)
    assert before == artifact_input(folder)
    write_meta(folder, ArtifactMeta(kind="ranker", as_of="2026-03-09T00:30:00Z", largest_event_time=None))
    assert artifact_input(folder).fingerprint != before.fingerprint
    with pytest.raises(ContractError, match="name the folder of an artifact"):
        artifact_input(tmp_path / "nothing")


def test_a_shop_is_known_by_where_its_logs_are(tmp_path: Path) -> None:
    mirror = Input(str(tmp_path / "mirror"), "abc")
    assert logs_address("gs://shop/logs", mirror) == "gs://shop/logs"
    assert logs_address(f"{tmp_path}/./logs", mirror) == str(tmp_path / "logs")
    assert logs_address(None, mirror) == mirror.location
