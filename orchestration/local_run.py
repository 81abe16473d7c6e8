"""A pipeline on this machine: kfp.local with its cache, every step a process of this Python or a container."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kfp import dsl, local

from orchestration.containers import Images, container_arguments, container_runner
from orchestration.fingerprint import PROJECT_ROOT
from orchestration.progress import StepProgress
from orchestration.step_output import StepOutput
from schemas.errors import ContractError

LOCAL_ONLY_WARNINGS = (
    (r"You may be attemping to run a task that uses custom or non-Python base image", RuntimeWarning),
    (r"Task .*: settings \['display_name'\] have no effect", UserWarning),
)
"""What kfp.local says of every step of ours: that its image's name lacks `python`, and that a title is not shown."""


class StepFailedError(Exception):
    """A step ended with an error that is not a refused input; its traceback has been printed."""


def run_locally(
    pipeline: Any, arguments: Mapping[str, Any], runs: Path, images: Images | None = None
) -> dict[str, dsl.Artifact]:
    """Runs a pipeline with kfp.local; steps whose arguments and images have not changed come from the cache.

    Args:
        pipeline: What dsl.pipeline made.
        arguments: Of the pipeline.
        runs: Artifacts go to its folder `artifacts`, the cache's entries to `cache`.
        images: Run every step in a container of these; None for processes of this Python.

    Returns:
        The pipeline's outputs by name.

    Raises:
        ContractError: A step refused its input, with the step's message; or the containers cannot be run.
        StepFailedError: A step failed otherwise.
    """
    artifacts = runs / "artifacts"
    runner: Any = local.SubprocessRunner(use_venv=False)
    if images is not None:
        pipeline = images.put_into(pipeline)
        arguments = container_arguments(arguments)
        runner = container_runner(pipeline, arguments)
        # An engine mounts only what is there.
        artifacts.mkdir(parents=True, exist_ok=True)
    local.init(
        runner=runner,
        pipeline_root=str(artifacts),
        enable_caching=True,
        cache_root=str(runs / "cache"),
    )
    output = StepOutput(sys.stdout)
    progress = StepProgress(step_titles(pipeline), output)
    try:
        with _steps_environment(), _quiet_kfp(progress), contextlib.redirect_stdout(output):
            outputs: dict[str, dsl.Artifact] = pipeline(**arguments).outputs
    except RuntimeError as error:
        if progress.failed is None:
            raise
        if output.refusal is not None:
            raise ContractError(f"{progress.failed}: {output.refusal}") from error
        raise StepFailedError(f"{progress.failed} failed; its error stands above") from error
    return outputs


def step_titles(pipeline: Any) -> dict[str, str]:
    """The title of each task that runs a step, by the task's name."""
    specification = pipeline.pipeline_spec
    executors = specification.deployment_spec["executors"]
    return {
        name: task.task_info.name.replace("-", "_")
        for name, task in specification.root.dag.tasks.items()
        if "container" in executors[specification.components[task.component_ref.name].executor_label]
    }


@contextlib.contextmanager
def _quiet_kfp(progress: StepProgress) -> Iterator[None]:
    """Puts the progress filter in front of KFP's log and ignores what kfp.local says of every step."""
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    root.setLevel(logging.INFO)
    root.addFilter(progress)
    try:
        with warnings.catch_warnings():
            for message, category in LOCAL_ONLY_WARNINGS:
                warnings.filterwarnings("ignore", message=message, category=category)
            yield
    finally:
        root.removeFilter(progress)
        root.setLevel(level)
        root.handlers[:] = handlers


@contextlib.contextmanager
def _steps_environment() -> Iterator[None]:
    """Lets a step's process find the project from any folder and print line by line; spares TensorFlow's notes."""
    before = dict(os.environ)
    path = os.pathsep.join(part for part in (str(PROJECT_ROOT), before.get("PYTHONPATH")) if part)
    os.environ.update(PYTHONPATH=path, PYTHONUNBUFFERED="1")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
