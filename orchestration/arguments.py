"""A configuration as the arguments of a pipeline."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from orchestration.configuration import RunConfiguration
from schemas.errors import ContractError
from schemas.settings import Settings, parse_settings

TRAINED = ("network", "ranker_without_graph", "ranker_with_graph")
"""What a refresh takes from an earlier run; also the names of the options that choose them."""

SECTIONS = ("validation", "graph", "network", "embedding", "examples", "ranker", "evaluation", "push")


@dataclasses.dataclass(frozen=True)
class Input:
    """Something that a pipeline reads and did not make.

    Attributes:
        location: A folder, absolute, or a gs:// address.
        fingerprint: Of its contents.
    """

    location: str
    fingerprint: str


def settings_arguments(configuration: RunConfiguration) -> dict[str, Any]:
    """The arguments that come from the configuration alone: boundaries of time and every step's settings."""
    sections = {section: settings_values(getattr(configuration, section), section) for section in SECTIONS}
    timeline = configuration.timeline.to_values()
    return {"timeline": timeline, "cold_content_views": configuration.cold_content_views, **sections}


def daily_arguments(configuration: RunConfiguration, logs: Input, serving: Path | str) -> dict[str, Any]:
    """The arguments of the daily pipeline.

    Args:
        configuration: Of the run.
        logs: A folder in the log contract.
        serving: Where versions are pushed to.
    """
    inputs = {"logs": logs.location, "logs_fingerprint": logs.fingerprint, "serving": str(serving)}
    return {**inputs, **settings_arguments(configuration)}


def refresh_arguments(
    configuration: RunConfiguration, logs: Input, trained: Mapping[str, Input], serving: Path | str
) -> dict[str, Any]:
    """The arguments of the refresh pipeline: those of the daily one, and what a daily run has trained.

    Args:
        configuration: Of the run.
        logs: The newest logs, in the log contract.
        trained: The artifacts of TRAINED by name: the network, whose weights are used as they are, and both rankers,
            from whose weights training starts.
        serving: Where versions are pushed to.
    """
    arguments = daily_arguments(configuration, logs, serving)
    for name in TRAINED:
        arguments |= {f"trained_{name}": trained[name].location}
        arguments |= {f"trained_{name}_fingerprint": trained[name].fingerprint}
    # The network is not trained in a refresh.
    del arguments["network"]
    return arguments


def settings_values(settings: Settings, section: str) -> dict[str, Any]:
    """Settings as a dictionary argument, which can hold anything that JSON can, except null.

    Raises:
        ContractError: A setting is null whose default is not.
    """
    values = settings.model_dump(mode="json", exclude_none=True)
    if parse_settings(type(settings), values, f"section '{section}'") != settings:
        raise ContractError(f"section '{section}': null cannot be handed to a step; leave the key out or give a value")
    return values
