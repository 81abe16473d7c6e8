"""Pipelines as KFP's intermediate representation: one YAML file each."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import yaml
from kfp import compiler, dsl

from components.images import image, retagged
from orchestration.resources.applying import compiled_for
from orchestration.resources.settings import ResourceConfiguration
from schemas.folders import whole_folder

DICTIONARY_DEFAULT = re.compile(r"^(#.*) \[Default: \{.*\}\]$", re.MULTILINE)
"""In the comment above the pipeline, its keys in another order in each process; sorted, they follow below."""


@dataclasses.dataclass(frozen=True)
class Target:
    """Where compiled pipelines are to run.

    Attributes:
        resources: What each step asks of the cluster; None to leave it to the cluster.
        tag: The images' tag, a commit; None to keep that of the environment.
        registry: What stands before the images' names.

    Raises:
        ContractError: The tag cannot be a tag.
    """

    resources: ResourceConfiguration | None = None
    tag: str | None = None
    registry: str = ""

    def __post_init__(self) -> None:
        if self.tag is not None:
            retagged(image("data"), self.tag)


def compile_pipeline(pipeline: Any, path: Path, defaults: dict[str, Any], target: Target) -> None:
    """Writes one pipeline; the same code and configuration give the same bytes.

    Args:
        pipeline: What dsl.pipeline made.
        path: The YAML file.
        defaults: Arguments that a run need not give.
        target: Where it is to run.
    """
    traced = for_cluster(pipeline, target.resources)
    parameters = traced.pipeline_spec.root.input_definitions.parameters
    known = {name: value for name, value in defaults.items() if name in parameters}
    compiler.Compiler().compile(traced, str(path), pipeline_parameters=known)
    text = DICTIONARY_DEFAULT.sub(r"\1", path.read_text(encoding="utf-8"))
    if target.tag is not None:
        text = _retagged(text, target.tag, target.registry)
    path.write_text(text, encoding="utf-8")


def for_cluster(pipeline: Any, resources: ResourceConfiguration | None) -> Any:
    """The same pipeline with the resources of a cluster: its function is called once more, and its tasks ask for them.

    Args:
        pipeline: What dsl.pipeline made.
        resources: Of the cluster; None for none.
    """
    with compiled_for(resources):
        return dsl.pipeline(name=pipeline.name)(pipeline.pipeline_func)


def compile_pipelines(pipelines: dict[str, Any], output: Path, defaults: dict[str, Any], target: Target) -> list[Path]:
    """Writes every pipeline as <name>.yaml into one folder, all or none."""
    with whole_folder(output) as folder:
        for name, pipeline in pipelines.items():
            compile_pipeline(pipeline, folder / f"{name}.yaml", defaults, target)
    return [output / f"{name}.yaml" for name in pipelines]


def _retagged(text: str, tag: str, registry: str) -> str:
    # The first document is the pipeline; the second, if there is one, what is particular to Kubernetes.
    specification = next(yaml.load_all(text, yaml.CSafeLoader))
    executors = specification["deploymentSpec"]["executors"].values()
    for name in {executor["container"]["image"] for executor in executors if "container" in executor}:
        text = text.replace(f"image: {name}\n", f"image: {retagged(name, tag, registry)}\n")
    return text
