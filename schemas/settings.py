"""The base of every configuration object: frozen, typed, and refusing keys that it does not know."""

from __future__ import annotations

from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import pydantic
import yaml

from schemas.errors import ContractError


class Settings(pydantic.BaseModel):
    """A frozen settings object that refuses unknown keys and wrong types."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid")


def _different_seeds(value: tuple[int, ...]) -> tuple[int, ...]:
    if len(set(value)) < len(value) or min(value) < 0:
        raise ValueError(f"seeds must be different and not negative, found {value}")
    return value


Seeds = Annotated[tuple[int, ...], pydantic.Field(min_length=1), pydantic.AfterValidator(_different_seeds)]
"""One or more different seeds."""

SettingsType = TypeVar("SettingsType", bound=pydantic.BaseModel)


def read_yaml(path: Traversable) -> dict[str, Any]:
    """Reads a YAML file whose top level is a mapping.

    Raises:
        ContractError: The file is missing, is not YAML, or is not a mapping.
    """
    if not path.is_file():
        raise ContractError(f"{path}: no such configuration file")
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise ContractError(f"{path}: not valid YAML: {error}") from error
    if not isinstance(content, dict):
        raise ContractError(f"{path}: expected keys and values at the top level, found {type(content).__name__}")
    return content


def parse_settings(kind: type[SettingsType], values: dict[str, Any], origin: str) -> SettingsType:
    """Turns plain values into a settings object.

    Args:
        kind: The settings class.
        values: Keys and values, as read from YAML or JSON.
        origin: Where the values came from, for the error message.

    Raises:
        ContractError: A key is unknown, missing, or has a value of the wrong type; the message lists each.
    """
    try:
        return kind.model_validate(values)
    except pydantic.ValidationError as error:
        known = ", ".join(kind.model_fields)
        lines = []
        for problem in error.errors():
            key = ".".join(str(part) for part in problem["loc"])
            if problem["type"] == "extra_forbidden":
                lines.append(f"unknown key '{key}' (value {problem['input']!r}); known keys here: {known}")
            else:
                lines.append(f"'{key}': {problem['msg']} (value {problem['input']!r})")
        raise ContractError(f"{origin}: " + "; ".join(lines)) from error


def read_settings_section(kind: type[SettingsType], path: Path, section: str) -> SettingsType:
    """Reads one section of a run's YAML file, for a step that runs alone; an absent section means defaults."""
    return parse_settings(kind, read_yaml(path).get(section) or {}, f"{path}, section '{section}'")
