"""Pipelines as KFP's intermediate representation: one YAML file each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from kfp import compiler

from components.images import retagged
from schemas.folders import whole_folder


def compile_pipeline(
    pipeline: Any, path: Path, defaults: dict[str, Any], tag: str | None = None, registry: str = ""
) -> None:
    """Writes one pipeline; the same code and configuration give the same bytes.

    Args:
        pipeline: What dsl.pipeline made.
        path: The YAML file.
        defaults: Arguments that a run need not give.
        tag: The images' tag, a commit; None to keep that of the environment.
        registry: What stands before the images' names.

    Raises:
        ContractError: The tag cannot be a tag.
    """
    parameters = pipeline.pipeline_spec.root.input_definitions.parameters
    known = {name: value for name, value in defaults.items() if name in parameters}
    compiler.Compiler().compile(pipeline, str(path), pipeline_parameters=known)
    if tag is not None:
        _retag(path, tag, registry)


def compile_pipelines(
    pipelines: dict[str, Any], output: Path, defaults: dict[str, Any], tag: str | None = None, registry: str = ""
) -> list[Path]:
    """Writes every pipeline as <name>.yaml into one folder, all or none."""
    with whole_folder(output) as folder:
        for name, pipeline in pipelines.items():
            compile_pipeline(pipeline, folder / f"{name}.yaml", defaults, tag, registry)
    return [output / f"{name}.yaml" for name in pipelines]


def _retag(path: Path, tag: str, registry: str) -> None:
    text = path.read_text(encoding="utf-8")
    executors = yaml.safe_load(text)["deploymentSpec"]["executors"].values()
    for image in {executor["container"]["image"] for executor in executors if "container" in executor}:
        text = text.replace(f"image: {image}\n", f"image: {retagged(image, tag, registry)}\n")
    path.write_text(text, encoding="utf-8")
