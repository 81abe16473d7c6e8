"""cloudbuild.yaml against the repository: every step's image, arguments and order; each image is pushed once."""

from __future__ import annotations

import re
import string
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

import pipeline
from components.images import STEP_IMAGES
from images.lock_files import BASE, read_project
from orchestration.command_line import command_parser, main
from orchestration.containers import images_of
from orchestration.fingerprint import PROJECT_ROOT
from tests.images.dockerfile import image_instructions

PIPELINES = {"daily": pipeline.daily, "refresh": pipeline.refresh}
IMAGES = {path.parent.name for path in (PROJECT_ROOT / "images").glob("*/Dockerfile")}
PYTHON, DOCKER = "python:3.11-bookworm", "gcr.io/cloud-builders/docker"
CLOUD = "gcr.io/google.com/cloudsdktool/cloud-sdk:slim"
STEPS = {
    "setup": PYTHON,
    "lint": PYTHON,
    "test": PYTHON,
    "builder": DOCKER,
    **dict.fromkeys(sorted(IMAGES), DOCKER),
    "pull": DOCKER,
    "end-to-end": PYTHON,
    "compile": PYTHON,
    "upload": CLOUD,
    "register": PYTHON,
}
GIVEN = {
    "COMMIT_SHA": "4f2c9ab",
    "_REGISTRY": "europe-docker.pkg.dev/shop/images",
    "_SOURCE": "shop/frontrow",
    "_BUCKET": "shop",
    "_KFP_HOST": "http://kubeflow",
    "_TORCH_INDEX_URL": "",
}


@cache
def build() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((PROJECT_ROOT / "cloudbuild.yaml").read_text())
    return loaded


def steps() -> dict[str, dict[str, Any]]:
    return {step["id"]: step for step in build()["steps"]}


def substituted(value: str) -> str:
    return string.Template(value).substitute(build()["substitutions"] | GIVEN)


def arguments(step: str) -> list[str]:
    return [substituted(argument) for argument in steps()[step]["args"]]


def option(step: str, name: str) -> list[str]:
    """The values of an option, in order."""
    return [value.removeprefix(f"--{name}=") for value in arguments(step) if value.startswith(f"--{name}=")]


def before(step: str) -> set[str]:
    """Every step that has ended when this one starts."""
    direct = set(steps()[step].get("waitFor", [])) - {"-"}
    return direct.union(*(before(earlier) for earlier in direct)) if direct else set()


def test_the_steps_are_these_in_these_images_and_wait_only_for_earlier_ones() -> None:
    assert {step["id"]: step["name"] for step in build()["steps"]} == STEPS
    assert len(build()["steps"]) == len(STEPS)
    seen: set[str] = set()
    for step in build()["steps"]:
        assert "dir" not in step, "paths are those of the repository's root"
        assert set(step.get("waitFor", [])) <= {*seen, "-"}
        seen.add(step["id"])


def test_lint_and_tests_come_before_images_before_a_run_before_pipelines_before_their_registration() -> None:
    for image in IMAGES:
        assert {"setup", "lint", "test", "builder"} <= before(image)
    for image in STEP_IMAGES:
        assert BASE in before(image)
        assert before(image).isdisjoint({*STEP_IMAGES, "serving"}), "images are built side by side"
    assert {*STEP_IMAGES, "pull"} <= before("end-to-end")
    assert {*IMAGES, "end-to-end"} <= before("compile")
    assert "compile" in before("upload")
    assert set(STEPS) - {"register"} == before("register")


@pytest.mark.parametrize("image", sorted(IMAGES))
def test_every_image_is_built_and_pushed_once_under_its_commit(image: str) -> None:
    text = " ".join(substituted(argument) for step in build()["steps"] for argument in step["args"])
    name = f"{GIVEN['_REGISTRY']}/frontrow/{image}:{GIVEN['COMMIT_SHA']}"
    assert text.count(f"--tag={name}") == text.count(f"--file=images/{image}/Dockerfile") == 1
    assert option(image, "tag") == [name]
    assert option(image, "file") == [f"images/{image}/Dockerfile"]
    assert arguments(image)[:2] == ["buildx", "build"]
    assert arguments(image)[-2:] == ["--push", "."]
    cache_name = f"type=registry,ref={GIVEN['_REGISTRY']}/frontrow/cache:{image}"
    assert option(image, "cache-from") == [cache_name]
    assert option(image, "cache-to") == [f"{cache_name},mode=max"]


@pytest.mark.parametrize("image", sorted(IMAGES))
def test_an_image_gets_every_build_argument_that_it_asks_for_and_no_other(image: str) -> None:
    given = dict(value.split("=", 1) for value in option(image, "build-arg"))
    assert set(given) == {one.rest for one in image_instructions(image) if one.name == "ARG"}
    if "BASE" in given:
        assert [given["BASE"]] == option(BASE, "tag")
    if "TORCH_BUILD" in given:
        assert (PROJECT_ROOT / "requirements" / f"gnn_{given['TORCH_BUILD']}.lock").is_file()


@pytest.mark.parametrize("image", sorted(IMAGES))
def test_an_image_is_labelled_with_what_it_is_made_from(image: str) -> None:
    prefix = "org.opencontainers.image."
    labels = dict(value.removeprefix(prefix).split("=", 1) for value in option(image, "label"))
    version = read_project(PROJECT_ROOT)["project"]["version"]
    assert labels == {"revision": GIVEN["COMMIT_SHA"], "version": version, "source": GIVEN["_SOURCE"]}
    for label in labels:
        assert f"--label {prefix}{label}=" in (PROJECT_ROOT / "Makefile").read_text()


def test_make_is_asked_for_targets_that_it_has() -> None:
    makefile = (PROJECT_ROOT / "Makefile").read_text()
    lines = [
        f"make {' '.join(step['args'])}" if step.get("entrypoint") == "make" else str(step["args"])
        for step in build()["steps"]
    ]
    asked = set(" ".join(re.findall(r"make ((?:[a-z-]+\b ?)+)", "; ".join(lines))).split())
    assert asked == {"setup", "lint", "types", "test", "test-slow", "container-tests"}
    for target in asked:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    variables = {value.partition("=")[0] for value in arguments("end-to-end") if "=" in value}
    assert variables == {"TAG", "REGISTRY"}
    for variable in variables:
        assert re.search(rf"^{variable} (\?=|:= \$\(or \$\({variable}\))", makefile, re.MULTILINE), variable


def test_the_run_uses_the_images_that_were_built() -> None:
    script = arguments("pull")[1]
    assert set(script.partition("in ")[2].partition(";")[0].split()) == set(STEP_IMAGES)
    assert "TAG=4f2c9ab" in arguments("end-to-end")
    assert f"REGISTRY={GIVEN['_REGISTRY']}" in arguments("end-to-end")


def test_the_pipelines_are_compiled_with_images_that_were_built(tmp_path: Path) -> None:
    program, *given = arguments("compile")
    assert (program, steps()["compile"]["entrypoint"]) == ("pipeline.py", ".venv/bin/python")
    parsed = command_parser(sorted(PIPELINES)).parse_args(given)
    assert main(PIPELINES, [*given, "--output", str(tmp_path / "pipelines")]) == 0
    built = {name for image in IMAGES for name in option(image, "tag")}
    for name in PIPELINES:
        [document, *_] = yaml.safe_load_all((tmp_path / "pipelines" / f"{name}.yaml").read_text())
        executors = document["deploymentSpec"]["executors"].values()
        assert {one["container"]["image"] for one in executors if "container" in one} <= built
    uploaded = arguments("upload")[2:-1]
    assert [Path(path) for path in uploaded] == [parsed.output / f"{name}.yaml" for name in sorted(PIPELINES)]
    assert arguments("upload")[-1] == f"gs://shop/pipelines/{GIVEN['COMMIT_SHA']}/"


def test_what_was_compiled_is_registered_under_the_commit() -> None:
    program, *given = arguments("register")
    assert program == "pipeline.py"
    parsed = command_parser(sorted(PIPELINES)).parse_args(given)
    compiled = command_parser(sorted(PIPELINES)).parse_args(arguments("compile")[1:])
    assert (parsed.pipelines, parsed.tag) == (compiled.output, compiled.tag)


def test_every_substitution_is_documented_and_used() -> None:
    text = (PROJECT_ROOT / "cloudbuild.yaml").read_text()
    documented = set(re.findall(r"^#   (_[A-Z_]+) ", text, re.MULTILINE))
    used = set(re.findall(r"\$\{(_[A-Z_]+)\}", text))
    assert documented == used == {name for name in {*GIVEN, *build()["substitutions"]} if name.startswith("_")}


def test_no_two_images_of_a_pipeline_differ_in_their_commit() -> None:
    for made in PIPELINES.values():
        assert {name.partition(":")[0] for name in images_of(made)} == {f"frontrow/{image}" for image in STEP_IMAGES}
