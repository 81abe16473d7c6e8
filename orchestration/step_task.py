"""A step as a task of a pipeline: its fingerprint, so that a cache knows its code, and its resources."""

from __future__ import annotations

import functools
from typing import Any

from orchestration.fingerprint import step_fingerprint
from orchestration.resources.applying import with_resources


def step_task(component: Any, **inputs: Any) -> Any:
    """Makes the task of one step.

    Args:
        component: What dsl.component made of a step's function in components/<step>/component.py.
        **inputs: Of the component, without its fingerprint.

    Returns:
        A dsl.PipelineTask.
    """
    step = component.name.replace("-", "_")
    return with_resources(component(**inputs, fingerprint=_fingerprint(step)), step)


@functools.cache
def _fingerprint(step: str) -> str:
    """Once per process, though a pipeline is traced anew for each cluster."""
    return step_fingerprint(step)
