"""What is written is what TensorFlow Serving, docker and Kubernetes read, and points at what the push has written."""

from __future__ import annotations

import itertools
import json
import subprocess
import types
from pathlib import Path
from typing import Any

import kubernetes.client
import pytest
import yaml
from google.protobuf import text_format
from tensorflow_serving.config import model_server_config_pb2

from serving.deployment.__main__ import main
from serving.protos.monitoring_config_pb2 import MonitoringConfig

IMAGE = "registry.example/serving:2.19.1"
FLAGS = {
    "port",
    "rest_api_port",
    "model_config_file",
    "model_config_file_poll_wait_seconds",
    "file_system_poll_wait_seconds",
    "allow_version_labels_for_unavailable_models",
    "num_load_threads",
    "num_unload_threads",
    "enable_model_warmup",
    "enable_batching",
    "tensorflow_intra_op_parallelism",
    "tensorflow_inter_op_parallelism",
    "enable_grpc_healthcheck_service",
    "enable_serialization_as_tensor_content",
    "monitoring_config_file",
    "grpc_channel_arguments",
}
"""Of tensorflow_serving/model_servers/main.cc: a flag that the server does not know would not start it."""

POINTER = """
model_config_list { config {
  name: "ranker" base_path: "%s" model_platform: "tensorflow"
  model_version_policy { specific { versions: 1 versions: 2 } }
  version_labels { key: "stable" value: 1 } version_labels { key: "canary" value: 2 }
} }
"""


@pytest.fixture
def pushed(tmp_path: Path) -> Path:
    base = tmp_path / "pushed folder"
    base.mkdir()
    (base / "models.config").write_text(POINTER % "/models/ranker", encoding="utf-8")
    return base


def written(base: Path | str, tmp_path: Path, *arguments: str) -> Path:
    output = tmp_path / "serving"
    assert main(["--base", str(base), "--output", str(output), "--image", IMAGE, *arguments]) == 0
    return output


def manifest(output: Path, name: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((output / f"{name}.yaml").read_text(encoding="utf-8"))
    return content


def docker_arguments(output: Path, tmp_path: Path) -> list[str]:
    """Runs the script with an engine that only tells how it was called."""
    engine = tmp_path / "engine"
    engine.write_text("#!/bin/sh\nprintf '%s\\n' \"$@\"\n", encoding="utf-8")
    engine.chmod(0o755)
    command = [str(output / "docker_run.sh")]
    told = subprocess.run(command, env={"CONTAINER_ENGINE": str(engine)}, capture_output=True, text=True, check=True)
    return told.stdout.splitlines()


def flags(arguments: list[str]) -> dict[str, str]:
    pairs = [argument.removeprefix("--").partition("=") for argument in arguments]
    return {name: value for name, _, value in pairs}


def test_the_docker_line_mounts_the_folder_where_its_pointer_says(pushed: Path, tmp_path: Path) -> None:
    output = written(pushed, tmp_path)
    arguments = docker_arguments(output, tmp_path)
    assert arguments[:2] == ["run", "--rm"]
    volumes = [after for name, after in itertools.pairwise(arguments) if name == "--volume"]
    assert f"{pushed}:/models/ranker:ro" in volumes
    assert f"{output}/monitoring.config:/etc/tensorflow-serving/monitoring.config:ro" in volumes
    server = flags(arguments[arguments.index(IMAGE) + 1 :])
    assert set(server) == FLAGS
    assert server["model_config_file"] == "/models/ranker/models.config"
    assert server["allow_version_labels_for_unavailable_models"] == "true"
    assert (server["enable_batching"], server["enable_model_warmup"]) == ("false", "true")
    assert int(server["model_config_file_poll_wait_seconds"]) > 0


def test_the_pointer_is_one_that_tensorflow_serving_parses(pushed: Path, tmp_path: Path) -> None:
    """And every file that a flag names is mounted."""
    arguments = docker_arguments(written(pushed, tmp_path), tmp_path)
    targets = [argument.split(":")[1] for argument in arguments if argument.endswith(":ro")]
    server = flags(arguments[arguments.index(IMAGE) + 1 :])
    for name in ("model_config_file", "monitoring_config_file"):
        assert any(Path(server[name]).is_relative_to(target) for target in targets)
    text = (pushed / "models.config").read_text(encoding="utf-8")
    (model,) = text_format.Parse(text, model_server_config_pb2.ModelServerConfig()).model_config_list.config
    assert model.base_path == str(Path(server["model_config_file"]).parent)
    assert set(model.version_labels.values()) <= set(model.model_version_policy.specific.versions)


def test_monitoring_config_parses_as_the_published_definition(pushed: Path, tmp_path: Path) -> None:
    output = written(pushed, tmp_path)
    text = (output / "monitoring.config").read_text(encoding="utf-8")
    configuration = text_format.Parse(text, MonitoringConfig()).prometheus_config
    assert (configuration.enable, configuration.path) == (True, "/monitoring/prometheus/metrics")
    assert manifest(output, "config_map")["data"]["monitoring.config"] == text
    annotations = manifest(output, "deployment")["spec"]["template"]["metadata"]["annotations"]
    assert annotations["prometheus.io/path"] == configuration.path


@pytest.mark.parametrize(
    ("name", "kind"), [("deployment", "V1Deployment"), ("service", "V1Service"), ("config_map", "V1ConfigMap")]
)
@pytest.mark.parametrize("remote", [False, True])
def test_kubernetes_knows_every_field(pushed: Path, tmp_path: Path, name: str, kind: str, remote: bool) -> None:
    """Read into Kubernetes' own classes and written again, nothing is lost and nothing changes its type."""
    content = manifest(written("gs://bucket/ranker" if remote else pushed, tmp_path), name)
    client = kubernetes.client.ApiClient()
    read = client.deserialize(types.SimpleNamespace(data=json.dumps(content)), kind)
    assert client.sanitize_for_serialization(read) == content


def test_the_service_reaches_the_servers_and_both_run_the_same_command(pushed: Path, tmp_path: Path) -> None:
    output = written(pushed, tmp_path, "--replicas", "3", "--cores", "4", "--poll-seconds", "7")
    deployment, service = manifest(output, "deployment"), manifest(output, "service")
    pod = deployment["spec"]["template"]
    assert service["spec"]["selector"].items() <= pod["metadata"]["labels"].items()
    assert deployment["spec"]["selector"]["matchLabels"].items() <= pod["metadata"]["labels"].items()
    (container,) = pod["spec"]["containers"]
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    assert [ports[port["targetPort"]] for port in service["spec"]["ports"]] == [8500, 8501]
    assert container["args"] == docker_arguments(output, tmp_path)[-len(container["args"]) :]
    assert flags(container["args"])["tensorflow_inter_op_parallelism"] == "4"
    assert flags(container["args"])["model_config_file_poll_wait_seconds"] == "7"
    assert deployment["spec"]["replicas"] == 3
    # A server is ready when the version that `stable` means is AVAILABLE.
    assert container["readinessProbe"]["httpGet"] == {
        "path": "/v1/models/ranker/labels/stable/metadata",
        "port": "rest",
    }
    mounts = {mount["mountPath"] for mount in container["volumeMounts"]}
    assert "/models/ranker" in mounts
    assert {mount["name"] for mount in container["volumeMounts"]} == {
        volume["name"] for volume in pod["spec"]["volumes"]
    }


def test_a_bucket_needs_no_mount(tmp_path: Path) -> None:
    output = written("gs://bucket/ranker/", tmp_path, "--service-account", "ranker-reader")
    pod = manifest(output, "deployment")["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert flags(container["args"])["model_config_file"] == "gs://bucket/ranker/models.config"
    assert [mount["name"] for mount in container["volumeMounts"]] == ["monitoring"]
    assert pod["serviceAccountName"] == "ranker-reader"
    assert "gs://bucket/ranker:" not in " ".join(docker_arguments(output, tmp_path))


@pytest.mark.parametrize(
    ("pointer", "image", "words"),
    [
        (None, IMAGE, "models.config: no such file; push a ranker first"),
        ((POINTER % "/models/ranker").replace("stable", "next"), IMAGE, "no version is labelled 'stable'"),
        (POINTER % "/models/ranker", "tensorflow/serving:latest", "names no version"),
        (POINTER % "/models/ranker", "registry.example:5000/serving", "names no version"),
    ],
)
def test_what_could_not_serve_is_refused_before_anything_is_written(
    pushed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], pointer: str | None, image: str, words: str
) -> None:
    if pointer is None:
        (pushed / "models.config").unlink()
    else:
        (pushed / "models.config").write_text(pointer, encoding="utf-8")
    output = tmp_path / "serving"
    assert main(["--base", str(pushed), "--output", str(output), "--image", image]) == 2
    assert words in capsys.readouterr().err
    assert not output.exists()
