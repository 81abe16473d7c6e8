"""The compiled pipelines are what a Kubeflow server gets: stable, complete, and free of anything to install."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

import pytest
import yaml
from kfp import components

import pipeline
from orchestration.arguments import EXTENDED, SECTIONS, TRAINED, settings_arguments
from orchestration.command_line import main
from orchestration.configuration import read_configuration
from orchestration.fingerprint import PROJECT_ROOT
from orchestration.resources.settings import read_resources
from tests.orchestration.golden_pipelines import FOLDER, compile_golden, golden_texts

PIPELINES = {"daily": pipeline.daily, "refresh": pipeline.refresh}
PRODUCTION = PROJECT_ROOT / "configs" / "production.yaml"
STEP_IMAGES = {
    "validate-logs": "data",
    "build-graph": "data",
    "train-gnn": "gnn",
    "embed-nodes": "gnn",
    "publish-embeddings": "ranker",
    "write-examples": "data",
    "train-ranker": "ranker",
    "evaluate-ranker": "ranker",
    "push-ranker": "ranker",
}


def _compiled(output: Path, *options: str) -> dict[str, Any]:
    command = ["compile", "--output", str(output), "--config", str(PRODUCTION), *options]
    assert main(PIPELINES, command) == 0
    return _specifications(output)


@pytest.fixture(scope="module")
def golden(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the compiled pipelines, as GKE gets them, with the tag `golden`."""
    folder = tmp_path_factory.mktemp("golden") / "compiled"
    compile_golden(folder)
    return folder


def _specifications(folder: Path) -> dict[str, Any]:
    """The first document of each file, without what is particular to Kubernetes."""
    return {name: next(yaml.load_all((folder / f"{name}.yaml").read_text(), yaml.CSafeLoader)) for name in PIPELINES}


def _containers(specification: dict[str, Any]) -> dict[str, Any]:
    executors = specification["deploymentSpec"]["executors"]
    return {name: executor["container"] for name, executor in executors.items() if "container" in executor}


def test_the_same_code_and_configuration_give_the_same_bytes(golden: Path, tmp_path: Path) -> None:
    compile_golden(tmp_path / "again")
    for file in ("daily.yaml", "refresh.yaml"):
        assert (golden / file).read_bytes() == (tmp_path / "again" / file).read_bytes()
    assert sorted(path.name for path in golden.iterdir()) == ["daily.yaml", "refresh.yaml"]


def test_every_step_runs_in_the_image_of_its_group_and_installs_nothing(tmp_path: Path) -> None:
    for specification in _compiled(tmp_path / "build", "--tag", "4f2c9ab", "--registry", "example.org/shop/").values():
        for executor, container in _containers(specification).items():
            step = executor.removeprefix("exec-").rstrip("-0123456789")
            assert container["image"] == f"example.org/shop/frontrow/{STEP_IMAGES[step]}:4f2c9ab"
            assert "pip install" not in str(container["command"])


def test_a_run_need_only_name_what_differs_from_run_to_run(golden: Path) -> None:
    specifications = _specifications(golden)
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


@pytest.mark.parametrize(
    ("store", "file"),
    [
        ("{registry: gs://shop/registry.db}", "runs/feature_store/online.db"),
        ("{online_store: redis}", "runs/feature_store/registry.db"),
    ],
)
def test_a_feature_store_in_files_of_one_machine_is_refused_for_a_cluster(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], store: str, file: str
) -> None:
    options = ["--config", str(PRODUCTION), "--set", f"push.feature_store={store}"]
    assert main(PIPELINES, ["compile", "--output", str(tmp_path / "b"), *options]) == 2
    assert f"push.feature_store: {file}: the steps of a cluster share no machine's files" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_every_change_of_a_pipeline_shows_in_review(golden: Path) -> None:
    """And what another process compiled has the same bytes: the order of KFP's maps changes from one to the next."""
    compiled = golden_texts(golden)
    kept = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()}
    assert sorted(compiled) == sorted(kept)
    for name, text in compiled.items():
        lines = difflib.unified_diff(kept[name].splitlines(), text.splitlines(), "kept", "compiled", lineterm="")
        assert text == kept[name], "\n".join([f"{name} has changed; where that is meant: make golden", *lines][:60])


def test_the_images_are_those_that_are_built(golden: Path) -> None:
    images = {
        container["image"]
        for specification in _specifications(golden).values()
        for container in _containers(specification).values()
    }
    assert images == {f"frontrow/{name}:golden" for name in set(STEP_IMAGES.values())}


def test_kfp_loads_what_is_written(golden: Path) -> None:
    for name, made in PIPELINES.items():
        loaded = components.load_component_from_file(str(golden / f"{name}.yaml"))
        assert loaded.pipeline_spec.root.dag.tasks.keys() == made.pipeline_spec.root.dag.tasks.keys()


@pytest.mark.parametrize("cluster", ["gke", "local"])
def test_every_step_asks_for_what_its_cluster_s_configuration_says(tmp_path: Path, cluster: str) -> None:
    path = PROJECT_ROOT / "configs" / "resources" / f"{cluster}.yaml"
    resources = read_resources(path)
    for name, specification in _compiled(tmp_path / cluster, "--resources", str(path)).items():
        platform = _platform(tmp_path / cluster / f"{name}.yaml")
        tasks = {task.replace("task-", ""): found for task, found in specification["root"]["dag"]["tasks"].items()}
        for executor, container in _containers(specification).items():
            task = executor.removeprefix("exec-")
            wanted = resources.of_step(task.rstrip("-0123456789").replace("-", "_"))
            found = container["resources"]
            assert (found["resourceCpuRequest"], found["resourceCpuLimit"]) == (wanted.cpu.request, wanted.cpu.limit)
            assert found["resourceMemoryRequest"] == wanted.memory.request
            assert found["resourceMemoryLimit"] == wanted.memory.limit
            gpus = wanted.accelerator.count if wanted.accelerator else 0
            assert int(found.get("accelerator", {}).get("resourceCount", 0)) == gpus
            assert wanted.retry is not None
            assert tasks[task]["retryPolicy"]["maxRetryCount"] == wanted.retry.attempts
            assert tasks[task]["retryPolicy"]["backoffDuration"] == wanted.retry.first_wait
            placement = platform.get(executor, {})
            assert placement.get("nodeSelector", {}).get("labels", {}) == wanted.node_selector
            keys = [toleration["key"] for toleration in placement.get("tolerations", [])]
            assert keys == [toleration.key for toleration in wanted.tolerations]
            secrets = [secret["secretName"] for secret in placement.get("secretAsEnv", [])]
            assert secrets == [secret.name for secret in wanted.secrets]


def test_a_run_on_this_machine_asks_for_nothing() -> None:
    """kfp.local would warn of every setting that it cannot keep."""
    for made in PIPELINES.values():
        assert "retryPolicy" not in str(made.pipeline_spec)
        assert not made.platform_spec.platforms


def _platform(path: Path) -> dict[str, Any]:
    """What is particular to Kubernetes, by executor; the second document of the file."""
    _, *others = yaml.load_all(path.read_text(), yaml.CSafeLoader)
    return others[0]["platforms"]["kubernetes"]["deploymentSpec"]["executors"] if others else {}
