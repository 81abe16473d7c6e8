"""What docs/deploying.md tells to type exists: our commands with their options, the files, what manifests hold."""

from __future__ import annotations

import contextlib
import io
import json
import re
import runpy
import shlex
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

import pipeline
from orchestration.command_line import main
from orchestration.fingerprint import PROJECT_ROOT

PAGE = PROJECT_ROOT / "docs" / "deploying.md"
SPARK_PAGE = PROJECT_ROOT / "docs" / "running_on_spark.md"
MANIFESTS = PROJECT_ROOT / "configs" / "kubeflow"
PIPELINES = {"daily": pipeline.daily, "refresh": pipeline.refresh}
OURS = re.compile(r"^python (pipeline\.py \S+|-m \S+)")
IN_A_SENTENCE = re.compile(r"`(python [^`]+)`")


def _commands(page: Path) -> list[str]:
    """The commands of a page's blocks, each on one line, and those that stand in sentences."""
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"^```\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    lines = "".join(blocks).replace("\\\n", " ").splitlines()
    return [line.strip() for line in (*lines, *IN_A_SENTENCE.findall(text))]


OUR_COMMANDS = sorted({command for command in _commands(PAGE) if OURS.match(command)})


@cache
def _help(*words: str) -> str:
    """What a command of ours says of itself, without a process of its own."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output), pytest.raises(SystemExit) as end:
        _run_with_help(words)
    assert end.value.code == 0
    return output.getvalue()


def _run_with_help(words: tuple[str, ...]) -> None:
    if words[0] == "pipeline.py":
        main(PIPELINES, [*words[1:], "--help"])
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", [words[1], *words[2:], "--help"])
        runpy.run_module(words[1], run_name="__main__", alter_sys=False)


def _action(words: list[str]) -> list[str]:
    """What comes before a command's first option, without addresses: `pipeline.py schedule`, `-m <module> list`."""
    before = words[: next((place for place, word in enumerate(words[1:], 1) if word.startswith("--")), len(words))]
    return [word for word in before if "/" not in word and "<" not in word and "$" not in word]


def test_the_page_has_the_commands_that_this_checks() -> None:
    assert len(OUR_COMMANDS) >= 8


@pytest.mark.parametrize("command", OUR_COMMANDS)
def test_our_commands_have_these_options(command: str) -> None:
    words = shlex.split(command)[1:]
    told = _help(*_action(words))
    for option in (word.partition("=")[0] for word in words if word.startswith("--")):
        assert re.search(rf"{option}\b", told), f"{option} is no option of {' '.join(_action(words))}"


@pytest.mark.parametrize("page", [PAGE, SPARK_PAGE], ids=lambda page: str(page.stem))
def test_files_that_a_command_names_are_there(page: Path) -> None:
    for command in _commands(page):
        for path in re.findall(r"(?:configs|components|docs|schemas)/[\w/.]+\w", command):
            assert (PROJECT_ROOT / path).exists()


def test_failures_of_the_infrastructure_alone_are_retried() -> None:
    """A pod that ended by itself, as after a refusal (exit code 1), is not; one that a signal ended is."""
    data = yaml.safe_load((MANIFESTS / "infrastructure_retries.yaml").read_text())["data"]
    strategy = yaml.safe_load(data["workflowDefaults"])["spec"]["templateDefaults"]["retryStrategy"]
    assert strategy["retryPolicy"] == "Always"
    expression = strategy["expression"].replace("lastRetry.", "").replace("asInt", "int").replace("||", "or")
    for status, exit_code, retried in [
        ("Failed", "1", False),
        ("Failed", "2", False),
        ("Failed", "-1", False),
        ("Failed", "137", True),
        ("Failed", "143", True),
        ("Error", "-1", True),
    ]:
        names = {"status": status, "exitCode": exit_code, "int": int}
        assert eval(expression, {"__builtins__": {}}, names) is retried


def test_the_training_on_several_machines_runs_the_documented_line() -> None:
    manifest = yaml.safe_load((MANIFESTS / "train_gnn_pytorchjob.yaml").read_text())
    assert (manifest["apiVersion"], manifest["kind"]) == ("kubeflow.org/v1", "PyTorchJob")
    replicas = manifest["spec"]["pytorchReplicaSpecs"]
    assert set(replicas) == {"Master", "Worker"}
    claims = {document["metadata"]["name"] for document in [_read("training_volume.yaml")]}
    for replica in replicas.values():
        pod = replica["template"]["spec"]
        [container] = pod["containers"]
        assert container["image"].endswith("/frontrow/gnn:<commit>")
        assert (container["command"], container["args"][:2]) == (["torchrun"], ["-m", "components.train_gnn"])
        told = _help("-m", "components.train_gnn")
        assert all(argument.partition("=")[0] in told for argument in container["args"][2:])
        mounted = {mount["name"] for mount in container["volumeMounts"]}
        assert mounted == {volume["name"] for volume in pod["volumes"]}
        assert {volume["persistentVolumeClaim"]["claimName"] for volume in pod["volumes"][1:]} == claims


def test_artifacts_outlive_the_runs_that_may_go_on_from_them() -> None:
    [rule] = json.loads((MANIFESTS / "artifact_lifecycle.json").read_text())["lifecycle"]["rule"]
    assert rule["condition"]["matchesPrefix"] == ["artifacts/"]
    assert rule["condition"]["age"] > 3 * 7


def test_the_graph_on_dataproc_takes_these_options_and_the_locked_packages() -> None:
    [job] = [command for command in _commands(SPARK_PAGE) if command.startswith("gcloud dataproc jobs submit")]
    told = _help("-m", "components.build_graph")
    options = [word for word in shlex.split(job.partition(" -- ")[2]) if word.startswith("--")]
    assert {"--engine", "--logs", "--output", "--start", "--end"} == set(options)
    assert all(option in told for option in options)
    [cluster] = [command for command in _commands(SPARK_PAGE) if command.startswith("gcloud dataproc clusters create")]
    found = re.search(r"pip\.packages=([^']+)", cluster)
    assert found is not None
    locked = (PROJECT_ROOT / "requirements" / "lock.txt").read_text().splitlines()
    assert set(found[1].split(",")) <= set(locked)


def _read(name: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((MANIFESTS / name).read_text())
    return content
