"""The resource configuration: one YAML file a cluster, read into frozen settings that refuse what they do not know."""

from __future__ import annotations

import decimal
from pathlib import Path
from typing import Annotated, Literal

import pydantic

from schemas.errors import ContractError
from schemas.settings import Settings, parse_settings, read_yaml

Cpu = Annotated[str, pydantic.Field(pattern=r"^([0-9]*\.)?[0-9]+m?$")]
"""Cores, or thousandths of one: `2`, `0.5`, `500m`."""

Memory = Annotated[str, pydantic.Field(pattern=r"^[0-9]+(E|Ei|P|Pi|T|Ti|G|Gi|M|Mi|K|Ki)?$")]
"""Bytes, with a unit of Kubernetes: `4Gi`."""

Seconds = Annotated[str, pydantic.Field(pattern=r"^[0-9]+s$")]
"""A duration as KFP writes it: `60s`."""

UNITS = {"m": "0.001", "K": "1e3", "M": "1e6", "G": "1e9", "T": "1e12", "P": "1e15", "E": "1e18"}
BINARY_UNITS = {f"{unit}i": 1024**power for power, unit in enumerate("KMGTPE", start=1)}


class Share(Settings):
    """What is reserved for a step, and what it may take at most.

    Attributes:
        request: A node must have this much left.
        limit: More than this much processor time is throttled; more than this much memory ends the step.
    """

    request: str
    limit: str

    @pydantic.model_validator(mode="after")
    def _limit_holds_the_request(self) -> Share:
        if amount(self.limit) < amount(self.request):
            raise ValueError(f"the limit {self.limit} is smaller than the request {self.request}")
        return self


class CpuShare(Share):
    """Processor cores."""

    request: Cpu
    limit: Cpu


class MemoryShare(Share):
    """Main memory."""

    request: Memory
    limit: Memory


class Accelerator(Settings):
    """GPUs of one kind.

    Attributes:
        resource: The Kubernetes resource; the model of the GPU is chosen with `node_selector`.
        count: How many.
    """

    resource: str = "nvidia.com/gpu"
    count: int = pydantic.Field(default=1, ge=1)


class Toleration(Settings):
    """A taint of nodes on which the step may run nevertheless.

    Attributes:
        key: Of the taint.
        operator: `Exists` for any value, `Equal` for `value`.
        value: Of the taint, with `Equal`.
        effect: Of the taint; None for every effect.
    """

    key: str
    operator: Literal["Exists", "Equal"] = "Exists"
    value: str | None = None
    effect: Literal["NoExecute", "NoSchedule", "PreferNoSchedule"] | None = None

    @pydantic.model_validator(mode="after")
    def _only_equal_has_a_value(self) -> Toleration:
        if (self.operator == "Equal") != (self.value is not None):
            raise ValueError(f"toleration of '{self.key}': give a value with operator Equal, and none with Exists")
        return self


class Secret(Settings):
    """A Kubernetes secret whose values the step finds in environment variables; no value is ever in the pipeline.

    Attributes:
        name: Of the secret, in the namespace of the run.
        variables: Keys of the secret to names of environment variables.
        optional: Whether the step starts without the secret.
    """

    name: str
    variables: dict[str, str] = pydantic.Field(min_length=1)
    optional: bool = False


class Retry(Settings):
    """Attempts after a failure; which failures count is said in docs/deploying.md.

    Attributes:
        attempts: Further ones after the first; 0 for none.
        first_wait: Before the second attempt.
        factor: Each wait is so many times as long as the one before.
        longest: No attempt starts later than this after the first one.
    """

    attempts: int = pydantic.Field(ge=0, le=10)
    first_wait: Seconds = "60s"
    factor: float = pydantic.Field(default=2.0, ge=1)
    longest: Seconds = "3600s"


class StepResources(Settings):
    """What one step asks for.

    Attributes:
        cpu: Processor cores.
        memory: Main memory.
        accelerator: GPUs; None to compute on processors.
        node_selector: Labels that a node must have.
        tolerations: Taints that a node may have.
        secrets: What the step finds in its environment.
        retry: In place of the configuration's.
    """

    cpu: CpuShare
    memory: MemoryShare
    accelerator: Accelerator | None = None
    node_selector: dict[str, str] = pydantic.Field(default_factory=dict)
    tolerations: tuple[Toleration, ...] = ()
    secrets: tuple[Secret, ...] = ()
    retry: Retry | None = None


class Steps(Settings):
    """Every step of the pipelines, in their order: none may be left out, so that none runs without a request."""

    start: StepResources
    validate_logs: StepResources
    build_graph: StepResources
    train_gnn: StepResources
    embed_nodes: StepResources
    publish_embeddings: StepResources
    write_examples: StepResources
    train_ranker: StepResources
    evaluate_ranker: StepResources
    push_ranker: StepResources
    record_run: StepResources


class ResourceConfiguration(Settings):
    """What the steps ask of one cluster.

    Attributes:
        retry: Of every step that has none of its own.
        steps: By step; `start` and `record_run` are the first and last steps of a scheduled run.
    """

    retry: Retry
    steps: Steps

    def of_step(self, step: str) -> StepResources:
        """What a step asks for, its retries filled in.

        Raises:
            ContractError: There is no such step.
        """
        if step not in Steps.model_fields:
            raise ContractError(f"step '{step}' has no resources; known steps: {', '.join(Steps.model_fields)}")
        found: StepResources = getattr(self.steps, step)
        return found if found.retry is not None else found.model_copy(update={"retry": self.retry})


def read_resources(path: Path) -> ResourceConfiguration:
    """Reads a resource configuration.

    Raises:
        ContractError: The file is missing, or has an unknown key, a missing step or a wrong value.
    """
    return parse_settings(ResourceConfiguration, read_yaml(path), str(path))


def amount(text: str) -> decimal.Decimal:
    """A quantity of Kubernetes as a number, `500m` as 0.5 and `1Ki` as 1024."""
    unit = text.lstrip("0123456789.")
    number = decimal.Decimal(text.removesuffix(unit))
    return number * decimal.Decimal(BINARY_UNITS.get(unit) or UNITS.get(unit) or 1)
