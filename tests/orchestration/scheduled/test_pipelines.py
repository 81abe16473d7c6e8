"""A scheduled pipeline needs no argument, and is otherwise the pipeline that is submitted by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

import pipeline
from orchestration.arguments import settings_arguments
from orchestration.compiling import Target
from orchestration.configuration import read_configuration
from orchestration.fingerprint import PROJECT_ROOT
from orchestration.resources.settings import read_resources
from orchestration.schedule_command import compile_scheduled
from orchestration.scheduled.starting import Places

PIPELINES = {"daily": pipeline.daily, "refresh": pipeline.refresh}
CONFIGURATION = read_configuration(PROJECT_ROOT / "configs" / "production.yaml")
RESOURCES = read_resources(PROJECT_ROOT / "configs" / "resources" / "gke.yaml")
PLACES = Places("gs://shop/logs", "gs://shop/serving", "gs://shop/history")


@pytest.fixture(scope="module", params=sorted(PIPELINES))
def documents(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Any, Any]:
    """Its name, the pipeline, and what is particular to Kubernetes."""
    path = tmp_path_factory.mktemp("scheduled") / "pipeline.yaml"
    compile_scheduled(
        request.param, PIPELINES[request.param], CONFIGURATION, PLACES, path, Target(RESOURCES, "4f2c9ab")
    )
    specification, platform = yaml.load_all(path.read_text(), yaml.CSafeLoader)
    return request.param, specification, platform["platforms"]["kubernetes"]["deploymentSpec"]["executors"]


def test_it_starts_runs_and_notes(documents: tuple[str, Any, Any]) -> None:
    name, specification, _ = documents
    tasks = specification["root"]["dag"]["tasks"]
    assert set(tasks) == {f"start-{name}", f"frontrow-{name}", "record-run"}
    assert tasks["record-run"]["dependentTasks"] == [f"frontrow-{name}", f"start-{name}"]
    # The clock and the history are not in any cache's key.
    for task in (f"start-{name}", "record-run"):
        assert not tasks[task]["cachingOptions"].get("enableCache")
    assert "inputDefinitions" not in specification["root"]


def test_every_argument_of_the_pipeline_is_given(documents: tuple[str, Any, Any]) -> None:
    name, specification, _ = documents
    given = specification["root"]["dag"]["tasks"][f"frontrow-{name}"]["inputs"]["parameters"]
    assert set(given) == set(PIPELINES[name].pipeline_spec.root.input_definitions.parameters)
    settings = settings_arguments(CONFIGURATION)
    for key, value in given.items():
        decided = value.get("taskOutputParameter")
        if decided is None:
            constant = value["runtimeValue"]["constant"]
            assert constant == (settings | {"logs": PLACES.logs, "serving": PLACES.serving})[key]
        else:
            assert decided["producerTask"] == f"start-{name}"
            # The address of an artifact on the server names its contents.
            expected = {key, key.removesuffix("_fingerprint")} - {"logs"}
            assert decided["outputParameterKey"] in expected


def test_every_step_keeps_its_image_and_its_place(documents: tuple[str, Any, Any]) -> None:
    _, specification, platform = documents
    for executor, found in specification["deploymentSpec"]["executors"].items():
        if "container" not in found:
            continue
        assert found["container"]["image"].endswith(":4f2c9ab")
        step = executor.removeprefix("exec-").rstrip("-0123456789").replace("-", "_")
        wanted = RESOURCES.of_step("start" if step.startswith("start") else step)
        assert found["container"]["resources"]["resourceMemoryLimit"] == wanted.memory.limit
        assert platform.get(executor, {}).get("nodeSelector", {}).get("labels", {}) == wanted.node_selector
        secrets = [secret["secretName"] for secret in platform.get(executor, {}).get("secretAsEnv", [])]
        assert secrets == [secret.name for secret in wanted.secrets]


def test_the_same_again_gives_the_same_bytes(tmp_path: Path) -> None:
    """Else every `schedule` would replace what is there."""
    paths = [tmp_path / name for name in ("first.yaml", "second.yaml")]
    for path in paths:
        compile_scheduled("refresh", pipeline.refresh, CONFIGURATION, PLACES, path, Target(RESOURCES, "4f2c9ab"))
    assert paths[0].read_bytes() == paths[1].read_bytes()
