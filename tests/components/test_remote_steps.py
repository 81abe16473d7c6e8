"""The first two steps from a shell, with logs and artifacts on Google Cloud Storage."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from components.build_graph.__main__ import main as build_graph
from components.validate_logs.__main__ import main as validate_logs
from schemas.instants import DAY, format_instant
from tests.log_folders import START, shop_tables, write_log_folder
from tests.storage_emulator import StorageEmulator

LOGS, VALIDATED, GRAPH = "gs://shop/logs", "gs://shop/validated", "gs://shop/graph"
DAYS = 3


def _run(step: Callable[[], None], monkeypatch: pytest.MonkeyPatch, logs: str | Path, output: str | Path) -> int:
    """Runs a step as its command line does, on the second day and what follows; returns the exit code."""
    window = ["--start", format_instant(START + DAY), "--end", format_instant(START + DAYS * DAY)]
    monkeypatch.setattr(sys, "argv", ["step", "--logs", str(logs), "--output", str(output), *window])
    with pytest.raises(SystemExit) as ended:
        step()
    assert isinstance(ended.value.code, int)
    return ended.value.code


def _files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_remote_logs_give_the_same_bytes_as_local_ones(
    storage_emulator: StorageEmulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    logs = write_log_folder(tmp_path / "logs", shop_tables(days=DAYS + 1))
    storage_emulator.upload(logs, LOGS)
    assert _run(validate_logs, monkeypatch, logs, tmp_path / "validated") == 0
    assert _run(build_graph, monkeypatch, tmp_path / "validated", tmp_path / "graph") == 0
    assert not storage_emulator.downloads()

    assert _run(validate_logs, monkeypatch, LOGS, VALIDATED) == 0
    downloaded = {name for name in storage_emulator.downloads() if name.startswith("logs/impressions/")}
    assert downloaded == {f"logs/impressions/day=2026-03-0{day}/part-0.parquet" for day in (3, 4)}
    assert storage_emulator.objects(VALIDATED) == _files(tmp_path / "validated")

    assert _run(build_graph, monkeypatch, VALIDATED, GRAPH) == 0
    assert storage_emulator.objects(GRAPH) == _files(tmp_path / "graph")


def test_a_refusal_names_the_remote_file_and_publishes_nothing(
    storage_emulator: StorageEmulator,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    tables = shop_tables(days=DAYS)
    tables["impressions"] = tables["impressions"].drop(columns="clicked")
    storage_emulator.upload(write_log_folder(tmp_path / "logs", tables), LOGS)
    assert _run(validate_logs, monkeypatch, LOGS, VALIDATED) == 2
    assert f"refused: {LOGS}/impressions/day=2026-03-03/part-0.parquet: the column 'clicked'" in capsys.readouterr().err
    assert not storage_emulator.objects(VALIDATED)
    assert _run(build_graph, monkeypatch, VALIDATED, GRAPH) == 2
    assert f"refused: {VALIDATED}: no object there" in capsys.readouterr().err


def test_a_refused_window_tells_the_days_that_are_there_though_they_were_not_downloaded(
    storage_emulator: StorageEmulator,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    storage_emulator.upload(write_log_folder(tmp_path / "logs", shop_tables(days=DAYS - 1)), LOGS)
    assert _run(validate_logs, monkeypatch, LOGS, VALIDATED) == 2
    message = capsys.readouterr().err
    assert f"{LOGS}/impressions/day=2026-03-04: no rows" in message
    assert "days that are there: 2026-03-02 to 2026-03-03" in message
    assert "logs/impressions/day=2026-03-02/part-0.parquet" not in storage_emulator.downloads()
