"""Settings given on the command line: `--set ranker.epochs=2`."""

from __future__ import annotations

import copy
from typing import Any

import yaml

from schemas.errors import ContractError


def with_overrides(values: dict[str, Any], overrides: list[str]) -> dict[str, Any]:
    """Replaces single values of a configuration.

    Args:
        values: As read from YAML.
        overrides: `section.key=value`, the value in YAML.

    Returns:
        A changed copy.

    Raises:
        ContractError: An override has no `=`, or a part before its last dot is not a section.
    """
    changed = copy.deepcopy(values)
    for override in overrides:
        path, separator, text = override.partition("=")
        *sections, key = path.strip().split(".")
        if not separator or not key:
            raise ContractError(f"--set {override}: expected section.key=value, for example ranker.epochs=2")
        place = changed
        for section in sections:
            inner = place.setdefault(section, {})
            if not isinstance(inner, dict):
                raise ContractError(f"--set {override}: '{section}' is a value ({inner!r}), not a section")
            place = inner
        place[key] = _parsed(override, text)
    return changed


def _parsed(override: str, text: str) -> object:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ContractError(f"--set {override}: '{text}' is not a YAML value: {error}") from error
