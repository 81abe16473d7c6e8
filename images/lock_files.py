"""The locked requirements: what each file locks, how it reads, and what it was made from."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
import tomllib
from pathlib import Path
from typing import Any

from schemas.errors import ContractError

BASE = "base"
"""The image that the others of ours build on; their locks hold only what it does not."""
DEVELOPMENT_LOCK = "lock.txt"
TORCH_LOCKS = {"cpu": "gnn_cpu.lock", "cuda": "gnn_cuda.lock"}
"""Each build of torch with what it alone needs; images/gnn installs one of them beside gnn.lock."""
MADE_FROM = "# made from: "
PINNED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)")
HASH = re.compile(r"--hash=(sha256:[0-9a-f]{64})")


@dataclasses.dataclass(frozen=True)
class LockedPackage:
    """One package of a lock.

    Attributes:
        name: In lower case, words joined by hyphens.
        version: torch's build for CPU has a local part, as in 2.13.0+cpu.
        hashes: Of every file that may be installed; empty in the lock of a development machine.
    """

    name: str
    version: str
    hashes: tuple[str, ...] = ()


def read_project(root: Path) -> dict[str, Any]:
    """pyproject.toml."""
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))


def image_groups(project: dict[str, Any]) -> dict[str, list[str]]:
    """The groups of pyproject.toml that each image holds, those of the base among them.

    Args:
        project: From read_project.
    """
    own: dict[str, list[str]] = project["tool"]["frontrow"]["images"]
    return {image: groups if image == BASE else [*own[BASE], *groups] for image, groups in own.items()}


def requirements_of(project: dict[str, Any], groups: list[str]) -> list[str]:
    """What pyproject.toml asks for: its dependencies and those of the groups."""
    optional = project["project"]["optional-dependencies"]
    return [*project["project"]["dependencies"], *(line for group in groups for line in optional[group])]


def fingerprint(project: dict[str, Any], groups: list[str]) -> str:
    """Of everything in pyproject.toml that decides what a lock holds."""
    decided = [
        sorted(requirements_of(project, groups)),
        project["project"]["requires-python"],
        sorted(project["tool"]["uv"]["override-dependencies"]),
    ]
    return hashlib.sha256(json.dumps(decided).encode()).hexdigest()


def lock_groups(project: dict[str, Any]) -> dict[str, list[str]]:
    """The groups behind each file of requirements/."""
    images = image_groups(project)
    return {
        DEVELOPMENT_LOCK: sorted(project["project"]["optional-dependencies"]),
        **{f"{image}.lock": groups for image, groups in images.items()},
        **dict.fromkeys(TORCH_LOCKS.values(), images["gnn"]),
    }


def parse_lock(text: str) -> dict[str, LockedPackage]:
    """The packages of a lock by name."""
    packages = {}
    for entry in re.sub(r"\\\n\s*", " ", text).splitlines():
        found = PINNED.match(entry)
        if found is not None:
            name = re.sub(r"[-_.]+", "-", found["name"]).lower()
            packages[name] = LockedPackage(name, found["version"], tuple(sorted(HASH.findall(entry))))
    return packages


def read_lock(path: Path) -> dict[str, LockedPackage]:
    """The packages of a lock by name.

    Raises:
        ContractError: There is no such file.
    """
    if not path.is_file():
        raise ContractError(f"{path}: there is no such lock; make locks writes it")
    return parse_lock(path.read_text(encoding="utf-8"))


def made_from(path: Path) -> str | None:
    """The fingerprint that a lock says it was made from."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return next((line.removeprefix(MADE_FROM) for line in lines if line.startswith(MADE_FROM)), None)


def lock_text(packages: dict[str, LockedPackage], note: list[str], source: str) -> str:
    """A lock as pip reads it.

    Args:
        packages: By name.
        note: Lines of the comment at its head.
        source: The fingerprint that it is made from.
    """
    lines = [f"# {line}" for line in note] + [f"{MADE_FROM}{source}"]
    for _, package in sorted(packages.items()):
        lines.append(
            " \\\n    ".join([f"{package.name}=={package.version}", *(f"--hash={one}" for one in package.hashes)])
        )
    return "\n".join(lines) + "\n"
