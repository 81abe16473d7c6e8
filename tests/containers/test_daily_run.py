"""The daily pipeline of a tiny shop in containers makes what it makes in processes of this Python."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

import pipeline
from orchestration.containers import Images, container_runner, mounted_folders
from orchestration.finished_runs import read_finished_run
from orchestration.run_folder import artifacts_of
from tests.components.evaluate_ranker.measured_times import without_times
from tests.folder_bytes import file_bytes

pytestmark = pytest.mark.containers
SMALL_RANKERS = """
ranker: {epochs: 1}
evaluation: {resamples: 50, page_requests: 20}
"""


def daily_run(folder: Path, *options: str) -> Path:
    """Runs the daily pipeline there; the run's folder."""
    # Load TensorFlow and torch, which is in vain where there are no images.
    from orchestration.command_line import main
    from tests.e2e.tiny_shop import CONFIGURATION

    folder.mkdir()
    configuration = folder / "tiny.yaml"
    configuration.write_text(CONFIGURATION + SMALL_RANKERS)
    runs = folder / "runs"
    assert main({"daily": pipeline.daily}, ["run", "--config", str(configuration), "--runs", str(runs), *options]) == 0
    return runs / "latest"


@pytest.fixture(scope="module")
def in_containers(engine: Any, images: Images, tmp_path_factory: pytest.TempPathFactory) -> Path:
    assert engine
    folder = tmp_path_factory.mktemp("containers") / "shop"
    return daily_run(folder, "--runner", "docker", "--tag", images.tag, "--registry", images.registry)


@pytest.fixture(scope="module")
def in_processes(in_containers: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """After the containers, which show soonest what is wrong."""
    assert in_containers.is_dir()
    return daily_run(tmp_path_factory.mktemp("processes") / "shop")


def test_the_artifacts_are_the_same_byte_for_byte(in_containers: Path, in_processes: Path) -> None:
    """All but the one file that tells how long the ranker took, and that one but for the time."""
    expected, found = artifacts_of(in_processes), artifacts_of(in_containers)
    assert set(found) == set(expected)
    different = set()
    for name, folder in expected.items():
        inside, outside = file_bytes(found[name]), file_bytes(folder)
        assert set(inside) == set(outside), name
        different |= {f"{name}/{path}" for path in outside if inside[path] != outside[path]}
    assert different <= {"evaluation/evaluation.json"}
    evaluations = (folders["evaluation"] / "evaluation.json" for folders in (found, expected))
    ours, theirs = (without_times(json.loads(path.read_text(encoding="utf-8"))) for path in evaluations)
    assert ours == theirs


def test_the_caller_owns_what_was_written(in_containers: Path) -> None:
    written = [path for folder in artifacts_of(in_containers).values() for path in [folder, *folder.rglob("*")]]
    assert {(path.stat().st_uid, path.stat().st_gid) for path in written} == {(os.getuid(), os.getgid())}


def test_the_run_tells_what_every_step_did(in_containers: Path) -> None:
    steps = json.loads((in_containers / "report.json").read_text())["steps"]
    assert len(steps) == 12
    assert not any(step["cached"] for step in steps)
    push = json.loads((artifacts_of(in_containers)["push"] / "push.json").read_text())
    assert push["reason"]
    assert read_finished_run(in_containers.resolve()) is not None


def test_a_step_writes_to_what_is_pushed_to_and_to_nothing_else_that_it_sees(
    engine: Any, images: Images, tmp_path: Path
) -> None:
    logs, serving = tmp_path / "logs", tmp_path / "serving"
    logs.mkdir()
    (logs / "rows").write_text("kept")
    arguments = {"logs": str(logs), "logs_fingerprint": "abc", "serving": str(serving), "earlier_network": "none"}
    assert mounted_folders(arguments) == {logs: False, serving: True}
    runner = container_runner(images.put_into(pipeline.daily), arguments)
    script = f"""
import pathlib
print(pathlib.Path("{logs}/rows").read_text())
for path in ("{logs}/rows", "{logs}/new", "/frontrow/new", "/etc/new", "/new", "{serving}/new", "/tmp/new"):
    try:
        pathlib.Path(path).write_text("written")
        print(path)
    except OSError:
        pass
"""
    command = ["python", "-c", script]
    output = engine.containers.run(images.named("data"), command, remove=True, **runner.container_run_args)
    assert output.decode().split() == ["kept", f"{serving}/new", "/tmp/new"]
    assert (serving / "new").read_text() == "written"
