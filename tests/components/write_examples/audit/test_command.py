"""`python -m components.write_examples audit`: exit codes, text and JSON."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from components.write_examples.__main__ import main
from schemas.example_artifact import SPLITS
from tests.components.write_examples.audit.tampering import Records, change_records, instant_of, set_instant, text_of
from tests.components.write_examples.small_world import examples_of, world_tables, write_world


def audit(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["write_examples", "audit", *arguments])
    return main()


def test_a_clean_artifact_and_one_from_the_future(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    artifact = examples_of(write_world(tmp_path, world_tables()), tmp_path / "examples")
    capsys.readouterr()
    folder = str(artifact.folder)
    assert audit(monkeypatch, folder) == 0
    rows_by_split = [(split, artifact.details.requests[split]) for split in SPLITS]
    rows = ", ".join(f"{split} {count}" for split, count in rows_by_split)
    output = capsys.readouterr().out
    assert f"rows: {rows}\n" in output
    assert output.endswith("all 13 checks hold\n")

    changed: Records = []

    def tamper(records: Records) -> Records:
        for record in records[:5]:
            set_instant(record, "largest_counter_event_time", instant_of(record, "refresh") + 1)
        changed.extend(records[:5])
        return records

    file = change_records(artifact, "train", tamper)
    assert audit(monkeypatch, folder) == 1
    output = capsys.readouterr().out
    assert "VIOLATED counter_events_before_refresh" in output
    assert "5 rows, for example" in output
    for record in changed[:3]:
        request, user = text_of(record, "request_id"), text_of(record, "user_id")
        assert f"  {file}: request {request} of user {user}: " in output
    assert output.endswith("1 of 13 checks are violated\n")

    assert audit(monkeypatch, folder, "--json") == 1
    report = json.loads(capsys.readouterr().out)
    assert report["clean"] is False
    assert report["rows"] == artifact.details.requests
    broken = {finding["name"]: finding for finding in report["findings"] if finding["violations"]}
    assert set(broken) == {"counter_events_before_refresh"}
    examples = broken["counter_events_before_refresh"]["examples"]
    assert [example["request_id"] for example in examples] == [text_of(record, "request_id") for record in changed[:3]]


def test_examples_without_provenance(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    artifact = examples_of(write_world(tmp_path, world_tables()), tmp_path / "examples")
    artifact.embedding_versions.unlink()
    assert audit(monkeypatch, str(artifact.folder)) == 2
    assert "write them anew" in capsys.readouterr().err


def test_a_folder_that_is_no_examples_artifact(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert audit(monkeypatch, str(tmp_path)) == 2
    assert "not a complete examples artifact" in capsys.readouterr().err
