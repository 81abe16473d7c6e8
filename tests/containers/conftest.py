"""The built images and the engine that holds them."""

from __future__ import annotations

import os
from typing import Any

import pytest

from components.images import LOCAL_REGISTRY, TAG_VARIABLE
from orchestration.containers import Images

REGISTRY_VARIABLE = "FRONTROW_IMAGE_REGISTRY"


@pytest.fixture(scope="session")
def images() -> Images:
    """What `make test-containers` built; without it these tests are skipped."""
    tag = os.environ.get(TAG_VARIABLE)
    if tag is None:
        pytest.skip(
            f"{TAG_VARIABLE} names no images: make test-containers builds them where docker or podman is installed"
        )
    return Images(tag, os.environ.get(REGISTRY_VARIABLE, LOCAL_REGISTRY))


@pytest.fixture(scope="session")
def engine(images: Images) -> Any:
    """A client of the Docker API; fails where there are images but nothing answers: no gate is passed asleep."""
    assert images.tag
    docker = pytest.importorskip(
        "docker", reason="the package docker is not installed: pip install frontrow[containers]"
    )
    # The default of a minute ends a container that says nothing for so long, as imports on a busy machine do.
    client = docker.from_env(timeout=900)
    assert client.ping(), "no container engine answers; start docker or podman's service, or set DOCKER_HOST"
    return client
