"""Fingerprints of code and of files: what KFP's cache cannot see, handed to every step as an argument.

KFP's cache keys on a task's name, image, command, arguments and environment; it knows neither what a component's body
imports nor what lies in a folder. A changed fingerprint is a changed argument, so the step runs again, and with it
every step that reads its output.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import platform
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from orchestration.import_closure import import_closure
from schemas.errors import ContractError

PROJECT_ROOT = Path(__file__).resolve().parent.parent
LENGTH = 16
"""Hexadecimal digits of a fingerprint: 64 bits."""


def step_fingerprint(step: str, root: Path = PROJECT_ROOT) -> str:
    """The fingerprint of a step's code.

    Args:
        step: A folder of components/.
        root: The project's root.

    Returns:
        Changes with any file that the step's component depends on and with the version of any package it imports.
    """
    return code_fingerprint(f"components.{step}.component", root)


def code_fingerprint(module: str, root: Path = PROJECT_ROOT) -> str:
    """The fingerprint of a module, everything of the project that it imports, and the packages they import.

    Raises:
        ContractError: The module does not exist.
    """
    closure = import_closure(module, root)
    if not closure.files:
        raise ContractError(f"{root}: there is no module {module} to take a fingerprint of")
    digest = hashlib.sha256(_files_digest(closure.files, root))
    for line in _versions(closure.packages):
        digest.update(f"{line}\0".encode())
    return digest.hexdigest()[:LENGTH]


def folder_fingerprint(folder: Path) -> str:
    """The fingerprint of a folder: relative paths and contents of all its files.

    Contents are read, not sizes and times of change: a file may change within both.

    Raises:
        ContractError: The folder is missing or empty.
    """
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    if not files:
        raise ContractError(f"{folder}: no such folder, or no file in it")
    return _files_digest(files, folder).hex()[:LENGTH]


def values_fingerprint(values: Mapping[str, object]) -> str:
    """The fingerprint of plain values, whatever the order of their keys."""
    return hashlib.sha256(repr(_sorted(values)).encode()).hexdigest()[:LENGTH]


def _sorted(value: object) -> object:
    if isinstance(value, Mapping):
        return sorted((str(key), _sorted(inner)) for key, inner in value.items())
    if isinstance(value, list | tuple):
        return [_sorted(inner) for inner in value]
    return value


def _files_digest(files: Iterable[Path], root: Path) -> bytes:
    total = hashlib.sha256()
    for path in files:
        total.update(path.relative_to(root).as_posix().encode() + b"\0")
        with path.open("rb") as stream:
            total.update(hashlib.file_digest(stream, "sha256").digest())
    return total.digest()


def _versions(packages: Iterable[str]) -> list[str]:
    """The versions of Python and of every distribution that provides one of these modules."""
    distributions = _distributions()
    names = {name for package in packages for name in distributions.get(package, ())}
    versions = [f"{name}=={importlib.metadata.version(name)}" for name in sorted(names)]
    missing = [package for package in packages if package not in distributions]
    absent = [f"{package} is not installed" for package in missing if package not in sys.stdlib_module_names]
    return [f"python=={platform.python_version()}", *versions, *absent]


@cache
def _distributions() -> Mapping[str, list[str]]:
    return importlib.metadata.packages_distributions()
