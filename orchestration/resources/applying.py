"""Resources on a task of a pipeline that is being compiled; none on a machine of one's own, where kfp.local runs."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

from orchestration.resources.settings import ResourceConfiguration, StepResources

_CLUSTER: ContextVar[ResourceConfiguration | None] = ContextVar("cluster", default=None)


@contextlib.contextmanager
def compiled_for(resources: ResourceConfiguration | None) -> Iterator[None]:
    """Every task that is made in the block gets its step's resources; None for none."""
    token = _CLUSTER.set(resources)
    try:
        yield
    finally:
        _CLUSTER.reset(token)


def with_resources(task: Any, step: str) -> Any:
    """The same task with the resources of its step in the cluster that is compiled for, if there is one.

    Args:
        task: A dsl.PipelineTask.
        step: A field of orchestration.resources.settings.Steps.

    Raises:
        ContractError: The cluster's configuration has no such step.
    """
    cluster = _CLUSTER.get()
    if cluster is not None:
        _apply(task, cluster.of_step(step))
    return task


def _apply(task: Any, resources: StepResources) -> None:
    # Not at the top: a run on this machine needs none of it.
    from kfp import kubernetes

    task.set_cpu_request(resources.cpu.request).set_cpu_limit(resources.cpu.limit)
    task.set_memory_request(resources.memory.request).set_memory_limit(resources.memory.limit)
    if resources.accelerator is not None:
        task.set_accelerator_type(resources.accelerator.resource).set_accelerator_limit(resources.accelerator.count)
    for label, value in sorted(resources.node_selector.items()):
        kubernetes.add_node_selector(task, label, value)
    for toleration in resources.tolerations:
        kubernetes.add_toleration(
            task, key=toleration.key, operator=toleration.operator, value=toleration.value, effect=toleration.effect
        )
    for secret in resources.secrets:
        kubernetes.use_secret_as_env(task, secret.name, secret.variables, optional=secret.optional)
    retry = resources.retry
    if retry is not None and retry.attempts:
        task.set_retry(
            retry.attempts,
            backoff_duration=retry.first_wait,
            backoff_factor=retry.factor,
            backoff_max_duration=retry.longest,
        )
