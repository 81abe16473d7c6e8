"""The steps of a local run in their images, through the Docker API that docker and podman both answer."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import kfp
from kfp import local

from components.images import LOCAL_REGISTRY, TAG_VARIABLE, retagged
from components.images import image as image_name
from components.push_ranker.settings import PushSettings
from orchestration.compiling import Target, compile_pipeline
from orchestration.fingerprint import PROJECT_ROOT
from schemas.errors import ContractError
from schemas.feature_store import FeatureStoreSettings
from schemas.settings import parse_settings

COMMIT = ["git", "describe", "--always", "--abbrev=40", "--exclude", "*", "--dirty"]
"""As the Makefile names its images: the commit, with `-dirty` behind it where the code is not the commit's."""
HARDENING = {
    "read_only": True,
    "tmpfs": {"/tmp": "mode=1777"},
    "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges"],
}
"""A step writes below the mounted folders and to its own /tmp, nowhere else."""


@dataclasses.dataclass(frozen=True)
class Images:
    """Which images a run uses.

    Attributes:
        tag: The commit that they were built from.
        registry: What stands before their names.
    """

    tag: str
    registry: str = LOCAL_REGISTRY

    @classmethod
    def chosen(cls, tag: str | None, registry: str) -> Images:
        """The images that `make images` builds of this code, where the user names no others.

        Raises:
            ContractError: No tag is given and this is no git repository.
        """
        if tag is None:
            tag = os.environ.get(TAG_VARIABLE) or _commit()
        return cls(tag, registry or LOCAL_REGISTRY)

    def named(self, image: str) -> str:
        """The name of one image, for example `localhost/frontrow/data:4f2c9ab`."""
        return retagged(image_name(image), self.tag, self.registry)

    def put_into(self, pipeline: Any) -> Any:
        """The pipeline as it is compiled with these images, ready to be called.

        Raises:
            ContractError: The tag cannot be a tag.
        """
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "pipeline.yaml"
            compile_pipeline(pipeline, path, {}, Target(tag=self.tag, registry=self.registry))
            return kfp.components.load_component_from_file(str(path))


def images_of(pipeline: Any) -> list[str]:
    """The images that a pipeline names, each once."""
    executors = pipeline.pipeline_spec.deployment_spec["executors"].values()
    return sorted({executor["container"]["image"] for executor in executors if "container" in executor})


def container_arguments(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments for steps in containers, whose working directory is another one.

    Args:
        arguments: Of the pipeline; their addresses are absolute already but for those of the feature store.
    """
    store = _feature_store(arguments)
    if store is None:
        return dict(arguments)
    push = {**arguments["push"], "feature_store": store.absolute().model_dump(mode="json")}
    return {**arguments, "push": push}


def container_runner(pipeline: Any, arguments: Mapping[str, Any]) -> local.DockerRunner:
    """Runs every step as the user who calls, in an image that nothing can be written to.

    KFP mounts its pipeline root by itself. What the pipeline imports is mounted read-only, the folders of the
    pushed versions and of the feature store writable, each under the path that it has outside.

    Args:
        pipeline: As Images.put_into gives it.
        arguments: Of the pipeline, from container_arguments.

    Raises:
        ContractError: No container engine answers, or an image has not been built.
    """
    docker = _docker()
    try:
        client = docker.from_env()
        _check_images(client, images_of(pipeline))
    except docker.errors.DockerException as error:
        raise ContractError(
            f"no container engine answers at {os.environ.get('DOCKER_HOST', 'the default socket')} ({error}); "
            "start docker or podman's service, or name its socket in DOCKER_HOST"
        ) from error
    mounts = [
        docker.types.Mount(target=str(folder), source=str(folder), type="bind", read_only=not writable)
        for folder, writable in mounted_folders(arguments).items()
    ]
    return local.DockerRunner(user=f"{os.getuid()}:{os.getgid()}", mounts=mounts, **HARDENING)


def mounted_folders(arguments: Mapping[str, Any]) -> dict[Path, bool]:
    """The folders of this machine that a run needs beside its own, and whether it writes to them.

    Args:
        arguments: Of the pipeline: whatever has a fingerprint is imported, `serving` is pushed to, `push` names the
            feature store.
    """
    imported = (Path(arguments[name]) for name in arguments if f"{name}_fingerprint" in arguments)
    folders = {folder: False for folder in imported if folder.is_dir()}
    store = _feature_store(arguments)
    written = [Path(arguments["serving"]), *(file.parent for file in (store.local_files if store else []))]
    for folder in written:
        if folder.is_absolute():
            folder.mkdir(parents=True, exist_ok=True)
            folders[folder] = True
    return folders


def _feature_store(arguments: Mapping[str, Any]) -> FeatureStoreSettings | None:
    """The one that the pipeline publishes to, if there is one."""
    return parse_settings(PushSettings, arguments.get("push", {}), "argument 'push'").feature_store


def _check_images(client: Any, names: list[str]) -> None:
    """kfp.local would try to pull an image that is not there, and only when its step is due."""
    held = {tag for image in client.images.list() for tag in image.tags}
    absent = [name for name in names if name not in held]
    if absent:
        raise ContractError(f"the container engine does not hold {', '.join(absent)}; make images builds them")


def _docker() -> Any:
    try:
        import docker
        import docker.errors
        import docker.types
    except ImportError as error:
        raise ContractError("the package docker is not installed: pip install 'frontrow[containers]'") from error
    return docker


def _commit() -> str:
    try:
        done = subprocess.run(COMMIT, cwd=PROJECT_ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise ContractError(
            f"{PROJECT_ROOT}: no commit names the images ({error}); name their tag with --tag"
        ) from error
    return done.stdout.strip()
