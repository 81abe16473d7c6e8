"""The compiled pipelines are what a Kubeflow server gets: stable, complete, and free of anything to install."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

import pipeline
from orchestration.arguments import EXTENDED, SECTIONS, TRAINED, settings_arguments
from orchestration.command_line import main
from orchestration.configuration import read_configuration
from orchestration.fingerprint import PROJECT_ROOT

PIPELINES = {"daily": pipeline.daily, "refresh": pipeline.refresh}
PRODUCTION = PROJECT_ROOT / "configs" / "production.yaml"
STEP_IMAGES = {
    "validate-logs": "data",
    "build-graph": "data",
    "train-gnn": "gnn",
    "embed-nodes": "gnn",
    "write-examples": "data",
    "train-ranker": "ranker",
    "evaluate-ranker": "ranker",
    "push-ranker": "ranker",
}


def _compiled(output: Path, *options: str) -> dict[str, Any]:
    command = ["compile", "--output", str(output), "--config", str(PRODUCTION), *options]
    assert main(PIPELINES, command) == 0
    return {name: yaml.safe_load((output / f"{name}.yaml").read_text()) for name in PIPELINES}


def _containers(specification: dict[str, Any]) -> dict[str, Any]:
    executors = specification["deploymentSpec"]["executors"]
    return {name: executor["container"] for name, executor in executors.items() if "container" in executor}


def test_the_same_code_and_configuration_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("first", "second"):
        _compiled(tmp_path / name)
    for file in ("daily.yaml", "refresh.yaml"):
        assert (tmp_path / "first" / file).read_bytes() == (tmp_path / "second" / file).read_bytes()
    assert sorted(path.name for path in (tmp_path / "first").iterdir()) == ["daily.yaml", "refresh.yaml"]


def test_every_step_runs_in_the_image_of_its_group_and_installs_nothing(tmp_path: Path) -> None:
    for specification in _compiled(tmp_path / "build", "--tag", "4f2c9ab", "--registry", "example.org/shop/").values():
        for executor, container in _containers(specification).items():
            step = executor.removeprefix("exec-").rstrip("-0123456789")
            assert container["image"] == f"example.org/shop/frontrow/{STEP_IMAGES[step]}:4f2c9ab"
            assert "pip install" not in str(container["command"])


def test_a_run_need_only_name_what_differs_from_run_to_run(tmp_path: Path) -> None:
    specifications = _compiled(tmp_path / "build")
    required = {
        name: {key for key, value in inputs.items() if "defaultValue" not in value}
        for name, specification in specifications.items()
        for inputs in [specification["root"]["inputDefinitions"]["parameters"]]
    }
    common = {"logs", "logs_fingerprint", "serving", "timeline"}
    assert required["daily"] == common | {"earlier_network", "earlier_network_fingerprint"}
    earlier = [*(f"trained_{name}" for name in TRAINED), *EXTENDED.values()]
    assert required["refresh"] == common | {f"{name}{end}" for name in earlier for end in ("", "_fingerprint")}
    defaults = specifications["daily"]["root"]["inputDefinitions"]["parameters"]
    expected = settings_arguments(read_configuration(PRODUCTION))
    for section in SECTIONS:
        assert defaults[section]["defaultValue"] == expected[section]


@pytest.mark.parametrize("tag", ["latest", "no tag", ""])
def test_a_tag_that_does_not_name_one_build_is_refused_and_nothing_is_written(tmp_path: Path, tag: str) -> None:
    assert (
        main(PIPELINES, ["compile", "--output", str(tmp_path / "build"), "--config", str(PRODUCTION), "--tag", tag])
        == 2
    )
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_key_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    assert (
        main(PIPELINES, ["compile", "--output", str(tmp_path / "b"), "--config", str(PRODUCTION), "--set", "a=1"]) == 2
    )
    assert list(tmp_path.iterdir()) == []
