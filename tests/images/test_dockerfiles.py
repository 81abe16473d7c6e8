"""What the Dockerfiles say: locked packages, the code of the image's own steps as the last layer, no root."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from google.protobuf import text_format

from components.images import STEP_IMAGES
from components.push_ranker.local_base import POINTER
from components.push_ranker.settings import PushSettings
from images.lock_files import BASE, DEVELOPMENT_LOCK, read_lock
from orchestration.fingerprint import PROJECT_ROOT
from orchestration.import_closure import import_closure
from serving.deployment.monitoring import monitoring_config
from serving.deployment.server_arguments import COMMAND, MONITORING_FILE, server_arguments
from serving.deployment.settings import DeploymentSettings
from serving.protos.monitoring_config_pb2 import MonitoringConfig
from tests.images.dockerfile import final_stage, image_instructions
from tests.images.step_images import image_of_component, modules_of

PYTHON = "python:3.11-slim-bookworm"
OURS = (BASE, *STEP_IMAGES)
ALL = (*OURS, "serving")
LOCKS = "/frontrow/locks/"


def code_in(image: str) -> set[Path]:
    """Files of the project that the image copies."""
    sources = [
        PROJECT_ROOT / source
        for instruction in final_stage(image)
        if instruction.name == "COPY" and instruction.words[-1] != LOCKS
        for source in instruction.words[:-1]
    ]
    found = (source.rglob("*") if source.is_dir() else [source] for source in sources)
    return {path for paths in found for path in paths if path.is_file() and "__pycache__" not in path.parts}


def needed_by(image: str) -> set[Path]:
    """Files that the steps of the image import, in components, commands and their data files."""
    return {path for module in modules_of(image) for path in import_closure(module, PROJECT_ROOT).files}


def test_every_image_has_a_folder_and_every_step_an_image() -> None:
    folders = {path.parent.name for path in (PROJECT_ROOT / "images").glob("*/Dockerfile")}
    assert folders == set(ALL)
    assert set(image_of_component().values()) == set(STEP_IMAGES)


@pytest.mark.parametrize("image", STEP_IMAGES)
def test_an_image_holds_the_code_of_its_steps_and_of_no_other(image: str) -> None:
    held, needed = code_in(image), needed_by(image)
    assert needed <= held
    folders = {path.relative_to(PROJECT_ROOT).parts[:2] for path in needed}
    unneeded = {path for path in held if path.relative_to(PROJECT_ROOT).parts[:2] not in folders}
    assert {path.relative_to(PROJECT_ROOT).parts[0] for path in unneeded} <= {"schemas"}


@pytest.mark.parametrize("image", ALL)
def test_what_is_copied_reaches_the_engine(image: str) -> None:
    allowed = {line[1:] for line in (PROJECT_ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    for instruction in image_instructions(image):
        if instruction.name == "COPY":
            for source in instruction.words[:-1]:
                assert (PROJECT_ROOT / source).exists()
                assert any(Path(source).match(pattern) or source.startswith(f"{pattern}/") for pattern in allowed)


@pytest.mark.parametrize("image", OURS)
def test_packages_are_locked_and_nothing_of_their_installation_stays(image: str) -> None:
    found = image_instructions(image)
    assert found[0].rest == (PYTHON if image == BASE else "BASE")
    installs = re.findall(r"pip install[^&;\"]*", " ".join(one.rest for one in found if one.name == "RUN"))
    assert installs
    for install in installs:
        assert {"--no-cache-dir", "--no-deps", "--require-hashes"} <= set(install.split())
    assert final_stage(image)[0].rest == (PYTHON if image == BASE else "${BASE}")
    if image != BASE:  # which has no argument that its history would tell
        assert not any("pip install" in instruction.rest for instruction in final_stage(image))


@pytest.mark.parametrize("image", STEP_IMAGES)
def test_a_change_of_code_installs_nothing_anew(image: str) -> None:
    """Layers are kept up to the first that changes: every copy of the code comes after the packages, and only the locks
    before them, by which an engine that does not look into a mount knows that other packages are asked for.
    """
    stage = final_stage(image)
    assert not any(one.name == "COPY" and "--from" in one.rest for one in stage), "hashed in every build"
    [packages] = [index for index, one in enumerate(stage) if "from=packages" in one.rest]
    copied = [(index, source) for index, one in enumerate(stage) if one.name == "COPY" for source in one.words[:-1]]
    locks = [one.words[:-1] for one in image_instructions(image) if one.name == "COPY" and one.words[-1] == "/locks/"]
    assert [source for index, source in copied if index < packages] == locks[0]
    arguments = {one.rest for one in stage[:packages] if one.name == "ARG"}
    assert arguments == ({"TORCH_BUILD"} if image == "gnn" else set())


@pytest.mark.parametrize("image", ALL)
def test_an_image_is_labelled_and_runs_as_nobody(image: str) -> None:
    stage = final_stage(image)
    users = [instruction.rest for instruction in stage if instruction.name == "USER"]
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", users[-1])
    [label] = [instruction.rest for instruction in stage if instruction.name == "LABEL"]
    assert label == f'org.opencontainers.image.title="frontrow/{image}"'
    for instruction in image_instructions(image):
        if instruction.name == "ARG":
            assert "=" not in instruction.rest, "no build argument has a default"


@pytest.mark.parametrize("image", ALL)
def test_no_secret_can_come_in(image: str) -> None:
    text = (PROJECT_ROOT / "images" / image / "Dockerfile").read_text()
    assert not re.search(r"(?i)password|secret|token|credential|https?://|\bADD\b|:latest", text)


def test_the_server_has_the_version_that_the_protocol_has() -> None:
    name, _, tag = final_stage("serving")[0].rest.partition(":")
    assert name == "tensorflow/serving"
    development = read_lock(PROJECT_ROOT / "requirements" / DEVELOPMENT_LOCK)
    assert tag == development["tensorflow-serving-api"].version == development["tensorflow-cpu"].version


def test_the_server_starts_as_the_deployment_starts_it() -> None:
    """One image, whether docker starts it as it is or a manifest names its flags."""
    [start] = [instruction.rest for instruction in final_stage("serving") if instruction.name == "ENTRYPOINT"]
    program, *options = json.loads(start)
    assert program == f"/usr/bin/{COMMAND}"
    deployment = DeploymentSettings(image="tensorflow/serving:2.21.0", base_path="/models/ranker")
    machine = f"--tensorflow_inter_op_parallelism={deployment.cores}"
    assert options == [flag for flag in server_arguments(deployment) if flag != machine]
    assert deployment.poll_seconds < PushSettings().poll_seconds, (
        "a push would list and label between two looks, and be refused for ever"
    )
    assert f"--model_config_file=/models/ranker/{POINTER}" in options
    [copied] = [one.words for one in final_stage("serving") if one.name == "COPY"]
    assert copied == ["images/serving/monitoring.config", MONITORING_FILE]
    file = text_format.Parse((PROJECT_ROOT / copied[0]).read_text(), MonitoringConfig())
    assert file == text_format.Parse(monitoring_config(), MonitoringConfig())
