"""A configuration as the arguments of a pipeline."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from orchestration.configuration import RunConfiguration
from schemas.absent_artifact import ABSENT
from schemas.errors import ContractError
from schemas.settings import Settings, parse_settings
from schemas.timeline import Timeline

TRAINED = ("network", "ranker_without_graph", "ranker_with_graph")
"""What a refresh takes from an earlier run; also the names of the options that choose them."""

EXTENDED = {"replay_graph": "earlier_graph", "embeddings": "earlier_embeddings"}
"""What spares a refresh work, where an earlier run left it: names of artifacts (and options) to names of arguments."""

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


NOTHING = Input(ABSENT, ABSENT)
"""In place of an earlier artifact where there is none."""


def settings_arguments(configuration: RunConfiguration) -> dict[str, Any]:
    """The arguments that come from the configuration alone: boundaries of time and every step's settings."""
    sections = {section: settings_values(getattr(configuration, section), section) for section in SECTIONS}
    timeline = configuration.timeline.to_values()
    return {"timeline": timeline, "cold_content_views": configuration.cold_content_views, **sections}


def daily_arguments(
    configuration: RunConfiguration, logs: Input, serving: Path | str, earlier_network: Input = NOTHING
) -> dict[str, Any]:
    """The arguments of the daily pipeline.

    Args:
        configuration: Of the run.
        logs: A folder in the log contract.
        serving: Where versions are pushed to.
        earlier_network: A network that training starts from and whose space the new one is aligned to.
    """
    return {
        **_of("logs", logs),
        **_of("earlier_network", earlier_network),
        "serving": str(serving),
        **settings_arguments(configuration),
    }


def refresh_arguments(
    configuration: RunConfiguration, timeline: Timeline, logs: Input, earlier: Mapping[str, Input], serving: Path | str
) -> dict[str, Any]:
    """The arguments of the refresh pipeline.

    Args:
        configuration: Of the run.
        timeline: Of the refresh.
        logs: The newest logs, in the log contract.
        earlier: The artifacts of TRAINED by name (the network, whose weights are used as they are, and both rankers,
            whose training goes on) and those of EXTENDED that there are.
        serving: Where versions are pushed to.
    """
    arguments = {**_of("logs", logs), "serving": str(serving), **settings_arguments(configuration)}
    for name in TRAINED:
        arguments |= _of(f"trained_{name}", earlier[name])
    for name, argument in EXTENDED.items():
        arguments |= _of(argument, earlier.get(name, NOTHING))
    arguments["timeline"] = timeline.to_values()
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


def _of(argument: str, given: Input) -> dict[str, str]:
    return {argument: given.location, f"{argument}_fingerprint": given.fingerprint}
