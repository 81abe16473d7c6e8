"""What is in each image and what is not, and that its own user can run every step of it and change nothing."""

from __future__ import annotations

import json
import re
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from components.images import STEP_IMAGES
from images.lock_files import BASE, TORCH_LOCKS, read_lock, read_project
from orchestration.containers import Images
from orchestration.fingerprint import PROJECT_ROOT
from orchestration.import_closure import import_closure
from tests.images.step_images import components_of

pytestmark = pytest.mark.containers
PROBE = Path(__file__).with_name("image_probe.py").read_text(encoding="utf-8")
ALONE = {"data": ["great_expectations"], "gnn": ["torch"], "ranker": ["tensorflow"]}
"""Which of the large packages each image has."""
LIMIT = 6_000_000_000
"""Bytes of all images for CPU, unpacked, a shared layer counted in each."""


def probed(engine: Any, name: str, *arguments: str, **options: Any) -> Any:
    output = engine.containers.run(name, ["python", "-c", PROBE, *arguments], remove=True, **options)
    return json.loads(output.splitlines()[-1])


@cache
def modules_of(image: str) -> list[str]:
    """Every module of the project that a step of the image imports, now or later."""
    files = {
        path
        for component in components_of(image)
        for path in import_closure(component, PROJECT_ROOT).files
        if path.suffix == ".py"
    }
    parts = [path.relative_to(PROJECT_ROOT).with_suffix("").parts for path in sorted(files)]
    return [".".join(part[:-1] if part[-1] == "__init__" else part) for part in parts]


@pytest.fixture(scope="module", params=STEP_IMAGES)
def image(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def contents(engine: Any, images: Images, image: str) -> Any:
    return probed(engine, images.named(image), "contents", user="0:0")


def test_its_own_user_imports_every_step_and_nothing_of_the_other_images(
    engine: Any, images: Images, image: str
) -> None:
    found = probed(engine, images.named(image), "imports", *modules_of(image))
    assert found["failed"] == {}
    assert found["found"] == ALONE[image]
    assert found["user"] == [10001, 10001]
    assert found["writable"] == []
    assert found["folder"] == "/frontrow/code"
    assert not [name for name in found["environment"] if re.search(r"(?i)secret|token|password|credential|key", name)]


def test_only_root_owns_and_changes_what_is_in_it(contents: Any) -> None:
    assert contents["foreign"] == []
    assert contents["setuid"] == []


def test_there_is_no_compiler_no_installer_no_cache_and_no_secret(contents: Any) -> None:
    absent = ("tools", "caches", "secrets")
    assert {name: contents[name] for name in absent} == {name: [] for name in absent}


def test_its_packages_are_the_locked_ones(contents: Any, image: str) -> None:
    names = [f"{BASE}.lock", f"{image}.lock", *([TORCH_LOCKS["cpu"]] if image == "gnn" else [])]
    locked = {name: one for lock in names for name, one in read_lock(PROJECT_ROOT / "requirements" / lock).items()}
    held = {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in contents["packages"].items()}
    assert held == {name: package.version for name, package in locked.items()}
    assert contents["other_packages"] == []


def test_its_code_is_this_commits(contents: Any, image: str) -> None:
    needed = {path.relative_to(PROJECT_ROOT).as_posix() for module in modules_of(image) for path in _files(module)}
    assert needed <= set(contents["code"])
    assert contents["code"] == {
        name: sha256((PROJECT_ROOT / name).read_bytes()).hexdigest() for name in contents["code"]
    }


def test_it_says_what_it_was_made_from(engine: Any, images: Images, image: str) -> None:
    found = engine.images.get(images.named(image))
    labels = {name.rpartition(".")[2]: value for name, value in found.labels.items() if "opencontainers" in name}
    assert labels["title"] == f"frontrow/{image}"
    assert images.tag.removesuffix("-dirty") == labels["revision"]
    assert labels["version"] == read_project(PROJECT_ROOT)["project"]["version"]
    assert "source" in labels
    history = json.dumps(found.history())
    assert not re.search(r"(?i)TORCH_INDEX_URL|password|secret|://[^/\s]*@", history)


def test_all_images_together_are_small(engine: Any, images: Images) -> None:
    sizes = {image: engine.images.get(images.named(image)).attrs["Size"] for image in STEP_IMAGES}
    assert sum(sizes.values()) < LIMIT, sizes


def _files(module: str) -> list[Path]:
    stem = PROJECT_ROOT.joinpath(*module.split("."))
    return [path for path in (stem / "__init__.py", stem.with_suffix(".py")) if path.is_file()]
