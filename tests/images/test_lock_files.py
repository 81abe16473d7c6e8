"""The locks are what pyproject.toml asks for, agree with each other, and lack nothing that an image needs."""

from __future__ import annotations

import copy
import importlib.metadata
import sys
from functools import cache
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from components.images import STEP_IMAGES
from images.lock_files import (
    BASE,
    DEVELOPMENT_LOCK,
    TORCH_LOCKS,
    LockedPackage,
    fingerprint,
    image_groups,
    lock_groups,
    lock_text,
    made_from,
    parse_lock,
    read_lock,
    read_project,
    requirements_of,
)
from orchestration.fingerprint import PROJECT_ROOT
from orchestration.import_closure import import_closure
from tests.images.step_images import components_of

PROJECT = read_project(PROJECT_ROOT)
FOLDER = PROJECT_ROOT / "requirements"
LOCKS = lock_groups(PROJECT)
IMAGES = image_groups(PROJECT)
NEVER_INSTALLED = {
    canonicalize_name(Requirement(line).name)
    for line in PROJECT["tool"]["uv"]["override-dependencies"]
    if "never" in line
}
NOT_SEEN = {"duckdb", "sqlglot", "google-cloud-storage"}
"""Ibis imports the first by name and wants the second's version; the third's `google` is a name that many share."""
SPARK, FEATURE_STORE = {"pyspark", "py4j"}, {"feast", "redis"}
ELSEWHERE = {"data": SPARK | FEATURE_STORE, "gnn": SPARK, "ranker": SPARK}
"""A cluster brings its own Spark; a scheduled run's first step reads the push's settings, which name the feature store,
and opens none."""


def packages_in(image: str) -> dict[str, LockedPackage]:
    """What the image for CPU holds, its base's packages among them."""
    torch = read_lock(FOLDER / TORCH_LOCKS["cpu"]) if image == "gnn" else {}
    return read_lock(FOLDER / f"{BASE}.lock") | read_lock(FOLDER / f"{image}.lock") | torch


def test_every_lock_is_there_and_no_other() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(LOCKS)
    assert set(IMAGES) == {BASE, *STEP_IMAGES}


@pytest.mark.parametrize("name", sorted(LOCKS))
def test_a_lock_is_made_from_todays_groups(name: str) -> None:
    assert made_from(FOLDER / name) == fingerprint(PROJECT, LOCKS[name]), f"{name} is out of date; run make locks"


def test_another_requirement_in_a_group_makes_its_locks_out_of_date_and_no_other() -> None:
    changed = copy.deepcopy(PROJECT)
    changed["project"]["optional-dependencies"]["gnn"].append("einops")
    stale = {name for name, groups in LOCKS.items() if fingerprint(changed, groups) != made_from(FOLDER / name)}
    assert stale == {"gnn.lock", *TORCH_LOCKS.values(), DEVELOPMENT_LOCK}


@pytest.mark.parametrize("image", sorted(IMAGES))
def test_an_image_holds_the_versions_that_the_tests_ran_with(image: str) -> None:
    development = read_lock(FOLDER / DEVELOPMENT_LOCK)
    for name, package in packages_in(image).items():
        assert package.version.partition("+")[0] == development[name].version, name
        assert package.hashes, name


@pytest.mark.parametrize("image", STEP_IMAGES)
def test_nothing_is_installed_twice(image: str) -> None:
    assert set(read_lock(FOLDER / f"{image}.lock")).isdisjoint(read_lock(FOLDER / f"{BASE}.lock"))


@pytest.mark.parametrize("image", sorted(IMAGES))
def test_an_image_lacks_nothing_that_its_packages_ask_for(image: str) -> None:
    """Worked out from the installed packages, which are the locked ones, not from what wrote the lock."""
    held = packages_in(image)
    waiting = [Requirement(line) for line in requirements_of(PROJECT, IMAGES[image])]
    seen: set[str] = set()
    while waiting:
        requirement = waiting.pop()
        name = str(canonicalize_name(requirement.name))
        if name in NEVER_INSTALLED:
            assert name not in held
            continue
        assert requirement.specifier.contains(held[name].version, prereleases=True), requirement
        if name in seen and not requirement.extras:
            continue
        seen.add(name)
        extras = requirement.extras if name != "sqlalchemy" else set()
        for line in importlib.metadata.requires(name) or []:
            asked = Requirement(line)
            if asked.marker is None or any(asked.marker.evaluate({"extra": extra}) for extra in (*extras, "")):
                waiting.append(asked)


def test_torch_and_tensorflow_never_meet() -> None:
    holders = {
        package: {image for image in IMAGES if package in packages_in(image)}
        for package in ("torch", "tensorflow-cpu", "great-expectations", "pytest", "mypy", "libclang")
    }
    assert holders == {
        "torch": {"gnn"},
        "tensorflow-cpu": {"ranker"},
        "great-expectations": {"data"},
        "pytest": set(),
        "mypy": set(),
        "libclang": set(),
    }


@cache
def imported_by(image: str) -> dict[str, set[str]]:
    """The modules that the steps of an image import from elsewhere, with the packages that provide them."""
    distributions = importlib.metadata.packages_distributions()
    modules = {
        module
        for component in components_of(image)
        for module in import_closure(component, PROJECT_ROOT).packages
        if module not in sys.stdlib_module_names
    }
    return {module: {canonicalize_name(name) for name in distributions.get(module, ())} for module in modules}


@pytest.mark.parametrize("image", STEP_IMAGES)
def test_an_image_holds_everything_that_its_steps_import(image: str) -> None:
    held = set(packages_in(image))
    missing = {module for module, packages in imported_by(image).items() if held.isdisjoint(packages)}
    assert missing <= ELSEWHERE[image]


@pytest.mark.parametrize("image", STEP_IMAGES)
def test_every_package_that_a_group_names_is_imported_by_a_step_of_its_image(image: str) -> None:
    imported = set().union(*imported_by(image).values())
    groups = [group for group in IMAGES[image] if group not in IMAGES[BASE]]
    base = set(PROJECT["project"]["dependencies"])
    named = {canonicalize_name(Requirement(line).name) for line in requirements_of(PROJECT, groups) if line not in base}
    assert named - imported <= NOT_SEEN, "an image holds what no step of it imports"


def test_each_build_of_torch_is_locked_with_what_it_alone_needs() -> None:
    cpu, cuda = (read_lock(FOLDER / TORCH_LOCKS[build]) for build in ("cpu", "cuda"))
    assert cpu["torch"].version == f"{cuda['torch'].version}+cpu"
    assert set(cpu["torch"].hashes).isdisjoint(cuda["torch"].hashes)
    assert set(cpu) == {"torch"}
    assert any(name.startswith("nvidia-") for name in cuda)
    assert set(cuda) & set(packages_in("gnn")) == {"torch"}


def test_a_lock_reads_as_it_was_written(tmp_path: Path) -> None:
    digest = f"sha256:{'0' * 64}"
    packages = {"a-b": LockedPackage("a-b", "1.2.post1", (digest,)), "c": LockedPackage("c", "3")}
    path = tmp_path / "some.lock"
    path.write_text(lock_text(packages, ["What is in it."], "abc"))
    assert (read_lock(path), made_from(path)) == (packages, "abc")
    assert parse_lock("A.b_c==2.13.0+cpu \\\n    --hash=" + digest)["a-b-c"] == LockedPackage(
        "a-b-c", "2.13.0+cpu", (digest,)
    )
